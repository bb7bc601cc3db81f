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
    'TARGET is a directory, which then is an environment itself, or a file, by a name with an extension. What exists ' +
      'is never overwritten. The copy is one consistent state, synced to the disk, its whole chain verified.',
    [0, 4, 65, 66, 74],
  );
  static override examples = [
    '<%= config.bin %> backup ../backup-2026-01-31',
    '<%= config.bin %> backup orders.mdb && <%= config.bin %> init --from orders.mdb --env restored',
  ];
  static override args = { target: Args.string({ description: 'Directory or file to make.', required: true }) };

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
