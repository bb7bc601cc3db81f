import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { authorityFlags, sessionArgs, toAuthority } from '../../src/cli/session/session-flags.ts';

export default class SessionPark extends OperationCommand {
  static override summary = 'Set a session aside until a person sees to it.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'It is led no more until `session unpark`. The others of its theme go on; those of its order key wait behind it.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session park mail/7 --reason "address unknown"',
    '<%= config.bin %> session park mail/7 --epoch 3 --reason "address unknown"',
  ];
  static override args = sessionArgs;
  static override flags = {
    ...authorityFlags,
    reason: Flags.string({ summary: 'What a person has to see to.', required: true, helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionPark);
    const { reason, ...by } = flags;
    await this.operate({ op: 'park', session: args.id }, (env, id) => env.sessions.park(id, reason, toAuthority(by)));
  }
}
