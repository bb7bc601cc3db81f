import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { confirmMany } from '../../src/cli/frame/confirm.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import type { Cleared } from '../../src/index.ts';
import { toClearedJson } from '../../src/shapes/attachment.ts';
import { parseDuration } from '../../src/text/duration.ts';
import { formatCount, plural } from '../../src/text/printable.ts';

export default class AttachmentGc extends BaseCommand {
  static override summary = 'Remove attachments that no record names.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'An attachment is kept while any record of the log names it, also a rejected one, or a request in a queue. ' +
      'Others are kept for --grace after they were put or a request named them. Parts of interrupted puts go with them. It asks ' +
      'before it removes anything; without a terminal it needs --yes.',
    [0, 65, 66, 74, 77],
  );
  static override examples = [
    '<%= config.bin %> attachment gc --dry-run',
    '<%= config.bin %> attachment gc --grace 30d --yes',
  ];
  static override flags = {
    grace: Flags.string({ summary: 'Keep what was used in this time.', default: '7d', helpValue: '7d|12h' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AttachmentGc);
    const graceSeconds = parseDuration('--grace', flags.grace) / 1_000;
    await this.withEnv({}, async (env) => {
      // With --yes there is no question, and the log is read once.
      if (!this.isDryRun && !this.isSure) {
        const unused: Cleared[] = [];
        for await (const each of env.attachments.clear({ graceSeconds, dryRun: true })) unused.push(each);
        if (unused.length > 0 && !(await confirmMany(questionOf(unused), unused.length, false))) return;
      }
      const { isDryRun } = this;
      await this.printAll(env.attachments.clear({ graceSeconds, dryRun: isDryRun }), {
        json: (cleared) => toClearedJson(cleared, isDryRun),
        people: (page) =>
          page.map(({ digest, bytes }) => `${digest ?? 'parts'}  ${formatCount(bytes)} bytes`).join('\n'),
        columns: ['kind', 'digest', 'bytes', 'dryRun'],
        empty: `No attachment has been unused for ${flags.grace}.`,
        live: true,
      });
    });
  }
}

function questionOf(unused: readonly Cleared[]): string {
  const count = unused.filter(({ digest }) => digest !== undefined).length;
  const bytes = unused.reduce((sum, each) => sum + each.bytes, 0);
  const parts = count < unused.length ? ['the parts of interrupted puts'] : [];
  const things = [...(count > 0 ? [plural(count, 'attachment')] : []), ...parts].join(' and ');
  return `Remove ${things} of ${formatCount(bytes)} bytes?`;
}
