import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { requireSessionData } from '../../src/cli/session/read-data.ts';
import { authorityFlags, dataFlags, sessionArgs, toAuthority } from '../../src/cli/session/session-flags.ts';

export default class SessionReplace extends OperationCommand {
  static override summary = 'Replace all data of a session by one chunk.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The old data stays in the log: `session show --as-of` still shows it. The session of a saga is refused.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    `<%= config.bin %> session replace mail/7 --epoch 1 --data '{"to":"bob@example.com"}'`,
    '<%= config.bin %> session replace mail/7 --data @mail.json',
  ];
  static override args = sessionArgs;
  static override flags = { ...dataFlags, ...authorityFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionReplace);
    const data = requireSessionData(flags);
    await this.operate({ op: 'replace', session: args.id }, (env, id) =>
      env.sessions.replace(id, data, toAuthority(flags)),
    );
  }
}
