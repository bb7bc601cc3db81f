import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { GetCommand } from '../../src/cli/get/get-command.ts';

export default class StateGet extends GetCommand {
  static override summary = 'Print the state of a key: the same as `txlog get`.';
  static override effect = 'reads' as const;
  static override description = withExitCodes('See `txlog get --help`.', [0, 3, 65, 66, 69]);
  static override examples = ['<%= config.bin %> state get email/ann@example.com'];
}
