import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { tokenFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { statusHead } from '../src/cli/print/context-page.ts';
import { formatStatus } from '../src/cli/print/status-page.ts';
import { contextField } from '../src/shapes/context.ts';
import { toStatusJson } from '../src/shapes/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show the state of an environment: its log, keys, sessions, sagas, size and durability.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'It only reads, and works beside any number of writers.',
    [0, 66, 69, 77, 78],
  );
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --env backup --json'];

  static override flags = tokenFlag;

  async run(): Promise<void> {
    await this.parse(Status);
    await this.reach({}, async (reached) => {
      const { status, stuck, sagas } = await this.slowly('reading', reached.standing);
      const { context } = this;
      const json = { ...toStatusJson(status, stuck, sagas), ...contextField(context) };
      await this.print(json, statusHead(context, this.colors) + formatStatus(status, stuck, sagas));
    });
  }
}
