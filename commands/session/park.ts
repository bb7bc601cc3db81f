import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OneOrManyCommand } from '../../src/cli/session/one-or-many.ts';
import { authorityFlags, toAuthority } from '../../src/cli/session/session-flags.ts';
import { TxlogError } from '../../src/index.ts';

export default class SessionPark extends OneOrManyCommand {
  static override summary = 'Park sessions: nobody leads them until a person brings them back.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    '`session unpark` brings them back. The other sessions of the queue go on; sessions with the same order key ' +
      'wait behind a parked one. With a filter, the command shows a plan and asks before it starts; without a ' +
      'terminal it needs --yes. A session that is parked already is left unchanged, unless you name it alone.',
    [0, 1, 3, 4, 5, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> session park mail/7 --reason "address unknown"',
    '<%= config.bin %> session park mail/7 --epoch 3 --reason "address unknown"',
    `<%= config.bin %> session park --theme mail --where 'attempts > 3' --reason "server is down" --dry-run`,
    '<%= config.bin %> session park --theme mail --reason "server is down" -O plan.json',
    '<%= config.bin %> session park --apply plan.json --rate 50/s --yes',
  ];
  static override picks = manyPicks;
  static override args = manyArgs;
  static override flags = {
    ...manyFlags,
    epoch: authorityFlags.epoch,
    reason: Flags.string({
      summary: 'Record why a person must see to it. It is required; only a plan file holds it itself.',
      helpValue: 'TEXT',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionPark);
    const names = ([] as string[]).concat(args.ids ?? []);
    const { reason, ...more } = flags;
    if (reason === undefined && flags.apply === undefined)
      throw new TxlogError('USAGE', 'Missing required flag reason', { next: ['txlog session park --help'] });
    if (reason !== undefined && flags.apply !== undefined)
      throw new TxlogError('USAGE', 'the reason is in the plan: leave out --reason', {
        next: ['txlog session park --help'],
      });
    if (this.isOne(names, flags))
      return this.operateOne('park', names[0], (env, id) => env.sessions.park(id, reason ?? '', toAuthority(more)));
    await this.operateMany({ op: 'park', error: reason ?? '' }, names, more);
  }
}
