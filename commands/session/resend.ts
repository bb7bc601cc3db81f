import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { byFlags } from '../../src/cli/saga/saga-flags.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { sessionArgs } from '../../src/cli/session/session-flags.ts';
import { TxlogError } from '../../src/core/base/errors.ts';
import { given } from '../../src/core/base/given.ts';

export default class SessionResend extends OperationCommand {
  static override summary = 'Do the work of a finished session once more, because its effect or its message was lost.';
  static override effect = { without: ['dry-run'] };
  static override description = withExitCodes(
    'Makes a new session, ID/resend, with the same theme, order key and the data that ID began with: what was ' +
      'appended later stays out. The log keeps the actor and the reason, and the new session names ID as its cause. ' +
      'The same command again gives the same new session. A session that is not finished goes on by `session retry`. ' +
      'The message of a saga step that waits for an answer is the session SAGA/STEP. A step that failed, or waits for ' +
      'its next attempt, goes on by `saga retry`. A receiver recognizes a message that comes twice by its id or key. ' +
      '`replay` never sends anything.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session resend mail/7 --reason "the server lost it" --actor ann',
    '<%= config.bin %> session resend return-1/approve --reason "it never came" --dry-run',
  ];
  static override args = sessionArgs;
  static override flags = {
    ...byFlags,
    reason: Flags.string({ summary: 'Record this reason. It is required.', helpValue: 'TEXT' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionResend);
    const { reason, actor } = flags;
    if (reason === undefined && !flags['dry-run'])
      throw new TxlogError('USAGE', 'give a reason with --reason: the log keeps it', {
        next: ['txlog session resend --help'],
      });
    await this.operate({ op: 'resend', session: args.id }, (env, id) =>
      env.sessions.resend(id, given({ reason, actor })),
    );
  }
}
