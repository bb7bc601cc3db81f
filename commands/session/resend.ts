import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { byFlags } from '../../src/cli/saga/saga-flags.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { sessionArgs } from '../../src/cli/session/session-flags.ts';
import { TxlogError } from '../../src/core/base/errors.ts';
import { given } from '../../src/core/base/given.ts';

export default class SessionResend extends OperationCommand {
  static override summary = 'Do the work of a session once more that is over: its effect, or its message, was missed.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'Makes a new session, ID/resend, with the same theme, order key and data: who did it and why is in the log, and its ' +
      'causation is ID. The same again is the same new session. One that is not over goes on by `session retry`. The ' +
      'message of a step that asks is the session SAGA/STEP; a step that waits or failed goes on by `saga retry`. ' +
      'Whoever gets a message twice knows it by its id or key. Replay never sends anything.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session resend mail/7 --reason "the server lost it" --actor ann',
    '<%= config.bin %> session resend order-3/approve --reason "it never came" --dry-run',
  ];
  static override args = sessionArgs;
  static override flags = { ...byFlags, ...dryRunFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionResend);
    const { reason, actor } = flags;
    if (reason === undefined && !flags['dry-run'])
      throw new TxlogError('USAGE', 'say why, by --reason: it stays in the log', {
        next: ['txlog session resend --help'],
      });
    await this.operate({ op: 'resend', session: args.id }, (env, id) =>
      env.sessions.resend(id, given({ reason, actor })),
    );
  }
}
