import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { statusHead } from '../src/cli/print/context-page.ts';
import { formatStatus } from '../src/cli/print/status-page.ts';
import { contextField } from '../src/shapes/context.ts';
import { toStatus, toStatusJson } from '../src/shapes/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show the state of an environment: its log, keys, sessions, sagas, size and durability.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It only reads, and works beside any number of writers.',
    [0, 66, 77, 78],
  );
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --env backup --json'];

  async run(): Promise<void> {
    await this.parse(Status);
    await this.withEnv({}, async (env) => {
      const { overview, types } = await this.slowly('reading', async () => ({
        overview: await env.monitor.overview(),
        types: await env.monitor.types(),
      }));
      const status = toStatus(overview, types);
      const { stuck, sagas } = overview;
      const { context } = this;
      const json = { ...toStatusJson(status, stuck, sagas), ...contextField(context) };
      await this.print(json, statusHead(context, this.colors) + formatStatus(status, stuck, sagas));
    });
  }
}
