import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { inspectFlags, nameFlags, readInspected } from '../src/cli/inspect/read-inspected.ts';
import { readTree } from '../src/cli/inspect/read-tree.ts';
import { formatKeyPage } from '../src/cli/print/key-page.ts';
import { formatLinkedTree } from '../src/cli/print/linked-tree-page.ts';
import { formatMermaid } from '../src/cli/print/mermaid.ts';
import { formatSessionMermaid } from '../src/cli/print/session-mermaid.ts';
import { formatSessionPage } from '../src/cli/print/session-page.ts';
import { formatTransaction } from '../src/cli/print/transaction-page.ts';
import { TxlogError } from '../src/index.ts';
import { toKeyPageJson } from '../src/shapes/key.ts';
import { toLinkedTreeJson } from '../src/shapes/linked-tree.ts';
import { toSessionPageJson } from '../src/shapes/session.ts';
import { toTransactionJson } from '../src/shapes/transaction.ts';

export default class Inspect extends BaseCommand {
  static override summary = 'Show everything about one transaction, one session or one key.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'A number is read as a position. Any other name is the id of a transaction, else of a session, else a ' +
      'key. To say which, use --id, --position, --session or --key.\n' +
      'For a transaction it shows the request, the outcome and its reason, each key before and after, the ' +
      'transactions before and after it on these keys, and what undid it. For a key it shows the value, the ' +
      'owner, the transactions and the rejections. For a session it shows the status, the data and the history.',
    [0, 3, 4, 66, 69],
  );
  static override examples = [
    '<%= config.bin %> inspect r-1',
    '<%= config.bin %> inspect email/ann@example.com',
    '<%= config.bin %> inspect --key stats/customers --from 1 --limit 100 --json',
    '<%= config.bin %> inspect r-1 --tree',
    '<%= config.bin %> inspect r-1 --format mermaid > r-1.mmd',
  ];
  static override picks = { argument: 'name', unless: [...nameFlags] };
  static override args = { name: Args.string({ description: 'An id, a position or a key.', ignoreStdin: true }) };
  static override flags = inspectFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Inspect);
    await this.reach({}, async (reached) => {
      if (flags.tree) {
        const { id, tree } = await readTree(reached.calls, args.name, { ...flags, talks: this.talks });
        return this.print(toLinkedTreeJson(tree), formatLinkedTree(tree, id, this.colors));
      }
      const found = await this.slowly('reading', () => readInspected(reached, args.name, flags));
      if (found.type === 'transaction') {
        const text = flags.format ? formatMermaid(found.report) : formatTransaction(found.report, this.colors);
        return this.print(toTransactionJson(found.report), text);
      }
      if (found.type === 'session') {
        const { page } = found;
        const text = flags.format
          ? formatSessionMermaid(page)
          : formatSessionPage(page, reached.clockNow(), this.colors);
        return this.print({ kind: 'session', ...toSessionPageJson(page) }, text);
      }
      if (flags.format) throw new TxlogError('USAGE', 'only transactions and sessions have a diagram, keys do not');
      return this.print(toKeyPageJson(found.page), formatKeyPage(found.page, this.colors));
    });
  }
}
