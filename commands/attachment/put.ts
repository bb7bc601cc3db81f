import { Args, Flags } from '@oclif/core';
import { openAttachmentSource } from '../../src/cli/attachment/attachment-source.ts';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { onInterrupt } from '../../src/cli/frame/signals.ts';
import { shellWord } from '../../src/core/base/shell-word.ts';
import { toPutJson } from '../../src/shapes/attachment.ts';
import { formatCount } from '../../src/text/printable.ts';

export default class AttachmentPut extends BaseCommand {
  static override summary = 'Keep a file beside the log, and print its SHA-256.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'The digest is printed once the attachment is on stable storage. The same bytes are kept only once. If the ' +
      'command is interrupted, the same command goes on where it was. For stdin, --digest makes that possible: ' +
      '`attachment show DIGEST` says how many bytes have come, and --offset goes on behind them.',
    [0, 4, 65, 66, 69, 74, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> attachment put scan.pdf',
    'tar c photos | <%= config.bin %> attachment put - -q',
    '<%= config.bin %> submit --type note --change \'add notes 1\' --attachment "$(<%= config.bin %> attachment put -q scan.pdf)"',
  ];
  static override args = { file: Args.string({ description: 'The file to keep; - is stdin.', required: true }) };
  static override flags = {
    digest: Flags.string({ summary: 'Refuse bytes that do not have this SHA-256.', helpValue: 'DIGEST' }),
    offset: Flags.integer({
      summary: 'The input begins at this byte of the attachment; those before it have come already.',
      min: 0,
      helpValue: 'BYTES',
      dependsOn: ['digest'],
      exclusive: ['dry-run'],
    }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AttachmentPut);
    const { digest, offset } = flags;
    const interruption = onInterrupt();
    const { bytes, total, resumeAs } = openAttachmentSource(args.file, interruption);
    const progress = showWork('putting', this.shown, { isSizeKnown: total !== undefined, goesOn: true });
    const onProgress = (done: number) => progress.onProgress(done, total ?? done, `${formatCount(done)} bytes`);
    await this.changeEnv({}, async (env) => {
      const how = { digest, offset, resumeAs, onProgress, signal: interruption.signal };
      const report = await env.attachments.put(bytes, how).finally(progress.stop);
      await this.print(toPutJson(report), report.digest);
    }).catch((error) => {
      const stopped = interruption.exitCode();
      if (stopped === undefined) throw error;
      const command = ['txlog attachment put', ...this.argv.map(shellWord)].join(' ');
      this.talk(`txlog: interrupted${resumeAs === undefined ? ': nothing was added' : `\n  resume: ${command}`}`);
      this.exitWith(stopped);
    });
    interruption.release();
  }
}
