import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { PauseCommand, pauseFlags, queueArgs } from '../../src/cli/queue/pause-command.ts';

export default class QueuePause extends PauseCommand {
  static override summary = 'Let no session of a theme be led, until it is resumed.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'What is led goes on to the end of its turn; new sessions may be made, and wait. `queue drain` waits for the turns ' +
      'as well. `session lead --session` still takes a single one.',
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
