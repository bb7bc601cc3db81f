import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { PauseCommand, pauseFlags, queueArgs } from '../../src/cli/queue/pause-command.ts';

export default class QueueResume extends PauseCommand {
  static override summary = 'Resume a paused queue: workers take its sessions again.';
  static override effect = 'writes' as const;
  static override description = withExitCodes('The workers notice it at once.', [0, 3, 66, 74, 75, 77]);
  static override examples = ['<%= config.bin %> queue resume mail'];
  static override args = queueArgs;
  static override flags = pauseFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueueResume);
    await this.change(args.theme, false, flags);
  }
}
