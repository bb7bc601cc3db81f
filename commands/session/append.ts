import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { requireSessionData } from '../../src/cli/session/read-data.ts';
import { authorityFlags, dataFlags, sessionArgs, toAuthority } from '../../src/cli/session/session-flags.ts';

export default class SessionAppend extends OperationCommand {
  static override summary = 'Append a chunk of data to a session.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'If you lead the session, name the --epoch of your lead. If nobody leads it, no epoch is needed. The ' +
      'session of a saga is refused.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    `<%= config.bin %> session append mail/7 --epoch 1 --data '{"sent":true}'`,
    '<%= config.bin %> session append mail/7 --epoch 1 --bytes reply.eml',
  ];
  static override args = sessionArgs;
  static override flags = { ...dataFlags, ...authorityFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionAppend);
    const data = requireSessionData(flags);
    await this.operate({ op: 'append', session: args.id }, (env, id) =>
      env.sessions.append(id, data, toAuthority(flags)),
    );
  }
}
