import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';

export default class SyncCursor extends BaseCommand {
  static override summary = 'Print the last position of this environment, for `sync export --after` elsewhere.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Without ORIGIN it prints the end of this log. In a mirror that is the last record that was taken over. ' +
      'With the unit id of an origin it prints how far that origin was taken over, or its beginning when ' +
      'nothing was.',
    [0, 65, 66],
  );
  static override examples = [
    '<%= config.bin %> sync cursor',
    'ssh prod txlog sync export --after "$(<%= config.bin %> sync cursor)" - | <%= config.bin %> sync import -',
  ];
  static override args = {
    origin: Args.string({ description: 'The unit id of the environment that the dump comes from.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(SyncCursor);
    await this.withEnv({}, async (env) => {
      const cursor = await env.sync.cursor(args.origin);
      await this.print({ v: 1, cursor }, cursor);
    });
  }
}
