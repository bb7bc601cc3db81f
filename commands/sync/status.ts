import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatSyncStatus } from '../../src/cli/sync/sync-status.ts';
import { toSyncStatusJson } from '../../src/shapes/sync-status.ts';

export default class SyncStatus extends BaseCommand {
  static override summary = 'Show where records came from, and how far this environment is behind each origin.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The lag is that of the last dump that was read: in records, and in seconds between the last record here ' +
      'and the last record of the origin.',
    [0, 65, 66],
  );
  static override examples = ['<%= config.bin %> sync status', '<%= config.bin %> sync status --json'];

  async run(): Promise<void> {
    await this.parse(SyncStatus);
    await this.withEnv({}, async (env) => {
      const status = await env.sync.status();
      await this.print(toSyncStatusJson(status), formatSyncStatus(status));
    });
  }
}
