import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { parsePosition } from '../../src/cli/frame/point-in-log.ts';
import { TxlogError } from '../../src/index.ts';
import { printable } from '../../src/text/printable.ts';

export default class SyncPosition extends BaseCommand {
  static override summary = 'Print the position here of a record that came from another environment.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Records that were imported with `--mode submit` have other positions here than at their origin. ORIGIN is ' +
      'its unit id, as in `sync status`.',
    [0, 3, 65, 66],
  );
  static override examples = [
    '<%= config.bin %> sync position "$(<%= config.bin %> sync cursor --env prod | cut -d: -f1)" 17 --env merged',
  ];
  static override args = {
    origin: Args.string({ description: 'The unit id of the environment that the record comes from.', required: true }),
    position: Args.string({ description: 'The position of the record there.', required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(SyncPosition);
    const there = parsePosition(args.position);
    if (there === undefined) throw new TxlogError('USAGE', `${printable(args.position)} is no position`);
    await this.withEnv({}, async (env) => {
      const position = String(await env.sync.position(args.origin, there));
      await this.print({ v: 1, origin: args.origin, there: String(there), position }, position);
    });
  }
}
