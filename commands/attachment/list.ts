import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { toAttachmentJson } from '../../src/shapes/attachment.ts';
import { formatCount } from '../../src/text/printable.ts';
import { formatTable } from '../../src/text/table.ts';
import { timeText } from '../../src/text/time.ts';

export default class AttachmentList extends BaseCommand {
  static override summary = 'List the attachments that are here.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The time is when each was put, or a request named it, for the last time. -q prints only the digests.',
    [0, 66],
  );
  static override examples = ['<%= config.bin %> attachment list', '<%= config.bin %> attachment list --json'];
  static override flags = listFlags;

  async run(): Promise<void> {
    await this.parse(AttachmentList);
    await this.withEnv({}, async (env) => {
      await this.printList(env.attachments.list(), {
        json: toAttachmentJson,
        people: (page) =>
          formatTable(
            page.map(({ digest, bytes, time }) => [digest, formatCount(bytes), timeText(Math.floor(time))]),
            ['digest', 'bytes', 'used'],
          ),
        columns: ['digest', 'bytes', 'time'],
        empty: 'No attachment.',
      });
    });
  }
}
