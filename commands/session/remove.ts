import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { authorityFlags, sessionArgs, toAuthority } from '../../src/cli/session/session-flags.ts';

export default class SessionRemove extends OperationCommand {
  static override summary = 'End a session: its work is done, or no longer wanted.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The next session of its order key becomes ready. Its history stays: `session show` and `log --session` find it. ' +
      'The session of a saga is refused: `saga force` ends a saga.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session remove mail/7 --epoch 1',
    '<%= config.bin %> session remove mail/7 --force --reason "the customer called"',
  ];
  static override args = sessionArgs;
  static override flags = authorityFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionRemove);
    await this.operate({ op: 'remove', session: args.id }, (env, id) => env.sessions.remove(id, toAuthority(flags)));
  }
}
