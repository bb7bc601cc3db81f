import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { WaitCommand } from '../../src/cli/wait/wait-command.ts';

export default class SessionWait extends WaitCommand {
  static override summary = 'Wait until a queued request is decided, or a session is removed.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It prints the receipt of the request, or the time when the session was removed. It ends at once when ' +
      'that has happened already. The exit code is 1 when the request is rejected, and 5 when the time is up.',
    [0, 1, 3, 4, 5, 66, 69, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> session wait r-1 --timeout 10s',
    '<%= config.bin %> session wait mail/7 --json',
  ];
}
