import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { showWork } from '../src/cli/frame/progress-line.ts';
import { formatVerify } from '../src/cli/print/verify-report.ts';
import type { AuditReport } from '../src/index.ts';
import { toVerifyJson } from '../src/shapes/verify.ts';
import { bytesDone, plural } from '../src/text/printable.ts';

const proved = 'the chain is unbroken, checksums and totals fit';

export default class Verify extends BaseCommand {
  static override summary = 'Check the log fast: its hash chain, checksums, totals and the pages of the file.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It changes nothing. It also looks for the attachments that committed records name; with --attachments it ' +
      'reads all attachments and compares their digests. `rescan --verify` also compares all states with the log.',
    [0, 1, 66],
  );
  static override examples = ['<%= config.bin %> verify', '<%= config.bin %> verify --attachments --json'];
  static override flags = {
    attachments: Flags.boolean({ summary: 'Also read all attachments, and compare their digests.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Verify);
    const progress = showWork('verifying', this.shown);
    const onAttachmentBytes = (done: number, total: number) =>
      progress.onProgress(done, total, `${bytesDone(done, total)} of attachments`);
    await this.withEnv({}, async (env) => {
      const options = { onProgress: progress.onProgress, ...(flags.attachments && { onAttachmentBytes }) };
      const report = await env.verify(options).finally(() => progress.stop());
      if (!report.ok) this.exitWith(1);
      const text = formatVerify(report, `${proved}${attachmentsText(report, flags.attachments)}`, this.colors);
      await this.print(toVerifyJson(report), [text, ...nextOf(report)].join('\n'));
    });
  }
}

function attachmentsText({ attachments = 0 }: AuditReport, areRead: boolean): string {
  if (attachments === 0) return areRead ? ', all attachments are undamaged' : '';
  const here = `${plural(attachments, 'attachment')} that records name ${attachments === 1 ? 'is' : 'are'} here`;
  return `, ${here}${areRead ? ', all are undamaged' : ''}`;
}

function nextOf({ ok, problems }: AuditReport): readonly string[] {
  if (ok) return [];
  const isOfAttachments = problems.some(({ code }) => code.startsWith('ATTACHMENT_'));
  const isOfLog = problems.some(({ code }) => !code.startsWith('ATTACHMENT_'));
  return [
    ...(isOfLog ? ['next: txlog doctor', 'next: txlog rescan --verify'] : []),
    ...(isOfAttachments ? ['next: txlog attachment verify', 'next: txlog attachment put FILE'] : []),
  ];
}
