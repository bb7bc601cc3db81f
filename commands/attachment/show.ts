import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { TxlogError } from '../../src/index.ts';
import { toShownJson } from '../../src/shapes/attachment.ts';
import { formatCount, printable } from '../../src/text/printable.ts';
import { timeText } from '../../src/text/time.ts';

/** Positions that people are shown. */
const positionsShown = 10;

export default class AttachmentShow extends BaseCommand {
  static override summary = 'Show an attachment: its size, and the records that name it.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It reads the log, and shows the first thousand records. For an attachment that is still to come it shows ' +
      'how many bytes an interrupted `attachment put --digest` has brought.',
    [0, 3, 65, 66],
  );
  static override examples = [
    '<%= config.bin %> attachment show "$(<%= config.bin %> attachment list -q | head -n 1)"',
  ];
  static override args = { digest: Args.string({ description: 'Its SHA-256.', required: true }) };

  async run(): Promise<void> {
    const { digest } = (await this.parse(AttachmentShow)).args;
    await this.withEnv({}, async (env) => {
      const report = await env.attachments.show(digest);
      const { found, partBytes, records } = report;
      if (!found && partBytes === 0 && records.length === 0)
        throw new TxlogError('ATTACHMENT_NOT_FOUND', `attachment ${printable(digest)} is not here`, {
          next: ['txlog attachment list'],
        });
      const positions = records.slice(0, positionsShown).join(', ');
      const more = records.length > positionsShown ? `, and ${formatCount(records.length - positionsShown)} more` : '';
      const lines = [
        `digest   ${printable(digest)}`,
        found ? `bytes    ${formatCount(found.bytes)}` : `bytes    not here; ${formatCount(partBytes)} of it have come`,
        ...(found ? [`used     ${timeText(Math.floor(found.time))}`] : []),
        `records  ${records.length === 0 ? 'none names it' : positions + more}`,
      ];
      await this.print(toShownJson(digest, report), lines.join('\n'));
    });
  }
}
