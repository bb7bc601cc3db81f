import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { WaitCommand } from '../../src/cli/wait/wait-command.ts';

export default class SessionWait extends WaitCommand {
  static override summary = 'Wait until a queued request is decided, or a session is removed.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Prints the receipt of the request (exit code 1 when it is rejected), or when the session was removed. What is ' +
      'done already is told at once; exit code 5 when the time runs out.',
    [0, 1, 3, 5, 66, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> session wait r-1 --timeout 10s',
    '<%= config.bin %> session wait mail/7 --json',
  ];
}
