import { ContextCommand } from '../../src/cli/context/context-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatContexts } from '../../src/cli/print/context-page.ts';
import { toContextJson } from '../../src/shapes/context.ts';

export default class ContextList extends ContextCommand {
  static override summary = 'List the contexts: names of environments; * marks the current one.';
  static override effect = 'none' as const;
  static override description = withExitCodes('With -q it prints only the names.', [0, 78]);
  static override examples = ['<%= config.bin %> context list', '<%= config.bin %> context list --json'];
  static override flags = listFlags;

  async run(): Promise<void> {
    await this.parse(ContextList);
    const contexts = this.contexts.list().map((context) => this.listed(context));
    await this.printList(contexts, {
      json: toContextJson,
      people: (page) => formatContexts(page, this.colors),
      columns: ['name', 'dir', 'current', 'protected', 'color'],
      empty: 'No context.\nnext: txlog context add NAME DIR',
    });
  }
}
