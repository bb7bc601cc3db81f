import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { showWork } from '../src/cli/frame/progress-line.ts';
import { printable } from '../src/text/printable.ts';
import { shellQuote } from '../src/text/shell-quote.ts';

export default class Backup extends BaseCommand {
  static override summary = 'Copy the environment while it is used, and verify the copy.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'TARGET is a directory, which becomes an environment of its own, or a file if its name has an extension. ' +
      'A backup never overwrites anything. The copy is one consistent state. It is synced to the disk, and its ' +
      'whole hash chain is verified.',
    [0, 4, 65, 66, 74],
  );
  static override examples = [
    '<%= config.bin %> backup ../backup-2026-01-31',
    '<%= config.bin %> backup orders.mdb && <%= config.bin %> init --from orders.mdb --env restored',
  ];
  static override args = { target: Args.string({ description: 'The directory or file to make.', required: true }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Backup);
    const progress = showWork('verifying the copy', this.shown);
    await this.withEnv({}, async (env) => {
      const { file, bytes, position } = await env.backup(args.target, progress).finally(() => progress.stop());
      const restore = `txlog init --from ${shellQuote(args.target)} --env NEW_DIR`;
      await this.print(
        { v: 1, file, bytes, position: String(position), verified: true, restore },
        `${printable(file)} holds the log up to position ${position} in ${bytes} bytes, verified\nrestore: ${restore}`,
      );
    });
  }
}
