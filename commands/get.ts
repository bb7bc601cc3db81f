import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { GetCommand } from '../src/cli/get/get-command.ts';

export default class Get extends GetCommand {
  static override summary = 'Print the state of a key, now or as of any position or time.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'A dedicated key has one owner. A shared key has a value that is folded from all transactions that were ' +
      'applied to it.',
    [0, 3, 65, 66, 69],
  );
  static override examples = [
    '<%= config.bin %> get email/ann@example.com',
    '<%= config.bin %> get stats/customers --as-of 80 --json',
    '<%= config.bin %> get customer/c-1 --as-of 2026-01-31T12:00:00Z',
  ];
}
