import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { PauseCommand, pauseFlags, queueArgs } from '../../src/cli/queue/pause-command.ts';

export default class QueuePause extends PauseCommand {
  static override summary = 'Pause a queue: nobody takes its sessions until it is resumed.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'A running turn goes on to its end. New sessions can be made, and wait. `queue drain` also waits for the ' +
      'running turns. `session lead --session ID` can still take one session.',
    [0, 3, 66, 74, 75, 77],
  );
  static override examples = ['<%= config.bin %> queue pause mail --reason "the mail server is down"'];
  static override args = queueArgs;
  static override flags = pauseFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(QueuePause);
    await this.change(args.theme, true, flags);
  }
}
