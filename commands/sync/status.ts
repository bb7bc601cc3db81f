import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatSyncStatus } from '../../src/cli/sync/sync-status.ts';
import { toSyncStatusJson } from '../../src/shapes/sync-status.ts';

export default class SyncStatus extends BaseCommand {
  static override summary = 'Show what the environment is a mirror of, and how far behind each origin.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'How far behind is told as of the last dump that was read: in records, and in seconds between the last record that was ' +
      'taken and the last one that the origin had.',
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
