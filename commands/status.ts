import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { formatStatus } from '../src/cli/print/status-page.ts';
import { toStatusJson } from '../src/shapes/status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show how an environment stands: its log, states, sessions, sagas, size and durability.';
  static override description = withExitCodes('Reads only; works beside any number of writers.', [0, 66, 77, 78]);
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --env backup --json'];

  async run(): Promise<void> {
    await this.parse(Status);
    await this.withEnv({ readOnly: true }, async (env) => {
      const status = await env.status();
      const stuck = await env.sessions.stuck();
      const sagas = await env.monitor.sagas(status.themes, stuck);
      await this.print(toStatusJson(status, stuck, sagas), formatStatus(status, stuck, sagas));
    });
  }
}
