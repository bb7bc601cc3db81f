import { Args, Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OneOrManyCommand } from '../../src/cli/session/one-or-many.ts';
import { authorityFlags, toAuthority } from '../../src/cli/session/session-flags.ts';
import { readSleepArgs } from '../../src/cli/session/sleep-args.ts';
import { given } from '../../src/core/base/given.ts';
import { parseSeconds } from '../../src/text/duration.ts';

export default class SessionStore extends OneOrManyCommand {
  static override summary = 'Let sessions sleep for a while; then they can be led again.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'TIME is in seconds, or has a unit: 90, 500ms, 10m, 2h. With --error, the turn counts as failed, and the ' +
      'attempts go on counting; without it, they start again from 0. With a filter, TIME is the only argument, and ' +
      'the command shows a plan and asks before it starts; without a terminal it needs --yes. Sessions that sleep ' +
      'already are left unchanged, unless you name one alone.',
    [0, 1, 3, 4, 5, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> session store mail/7 10m --epoch 1',
    '<%= config.bin %> session store mail/7 30 --epoch 1 --error "no route to host"',
    '<%= config.bin %> session store --theme mail --status ready 2h --reason "server is down" --yes',
  ];
  static override picks = { ...manyPicks, argument: 'id' };
  static override args = {
    id: Args.string({ description: 'Id of the session; - reads ids from stdin.', ignoreStdin: true }),
    time: Args.string({ description: 'How long it sleeps.', ignoreStdin: true }),
  };
  static override flags = {
    ...manyFlags,
    epoch: authorityFlags.epoch,
    error: Flags.string({ summary: 'Count the turn as failed, for this reason.', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionStore);
    const { names, time } = readSleepArgs(args, flags);
    const seconds = parseSeconds('TIME', time) ?? 0;
    const error = given({ error: flags.error });
    if (this.isOne(names, flags))
      return this.operateOne('store', names[0], (env, id) =>
        env.sessions.store(id, seconds, { ...toAuthority(flags), ...error }),
      );
    await this.operateMany({ op: 'store', seconds, ...error }, names, flags);
  }
}
