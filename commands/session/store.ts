import { Args, Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { OperationCommand } from '../../src/cli/session/operation-command.ts';
import { authorityFlags, sessionArgs, toAuthority } from '../../src/cli/session/session-flags.ts';
import { given } from '../../src/core/base/given.ts';
import { parseDuration } from '../../src/text/duration.ts';

export default class SessionStore extends OperationCommand {
  static override summary = 'Let a session sleep: after a while it is led again.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'TIME is in seconds, or with a unit: 90, 500ms, 10m, 2h. With --error the turn counts as failed, and its attempts ' +
      'go on counting; without, they begin anew.',
    [0, 3, 4, 5, 65, 66, 74, 75, 77],
  );
  static override examples = [
    '<%= config.bin %> session store mail/7 10m --epoch 1',
    '<%= config.bin %> session store mail/7 30 --epoch 1 --error "no route to host"',
  ];
  static override args = {
    ...sessionArgs,
    time: Args.string({ description: 'How long.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...authorityFlags,
    error: Flags.string({ summary: 'Why the turn failed.', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionStore);
    const seconds = parseDuration('TIME', args.time) / 1_000;
    const options = { ...toAuthority(flags), ...given({ error: flags.error }) };
    await this.operate({ op: 'store', session: args.id }, (env, id) => env.sessions.store(id, seconds, options));
  }
}
