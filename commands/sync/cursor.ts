import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';

export default class SyncCursor extends BaseCommand {
  static override summary = 'Print where the environment stands, for `sync export --after` of another one.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Without ORIGIN, where its own log ends, or a mirror has come to. With the unit id of an origin, how far that was ' +
      'taken over; its beginning, when nothing was.',
    [0, 65, 66],
  );
  static override examples = [
    '<%= config.bin %> sync cursor',
    'ssh prod txlog sync export --after "$(<%= config.bin %> sync cursor)" - | <%= config.bin %> sync import -',
  ];
  static override args = { origin: Args.string({ description: 'Unit id of the environment that it comes from.' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(SyncCursor);
    await this.withEnv({}, async (env) => {
      const cursor = await env.sync.cursor(args.origin);
      await this.print({ v: 1, cursor }, cursor);
    });
  }
}
