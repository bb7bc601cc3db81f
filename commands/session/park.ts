import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OneOrManyCommand } from '../../src/cli/session/one-or-many.ts';
import { authorityFlags, toAuthority } from '../../src/cli/session/session-flags.ts';
import { TxlogError } from '../../src/index.ts';

export default class SessionPark extends OneOrManyCommand {
  static override summary = 'Set sessions aside until a person sees to them.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'They are led no more until `session unpark`. The others of their theme go on; those of an order key wait behind. ' +
      'Of those that a filter selects it shows a plan, and asks; where there is no terminal, it wants --yes. One that is ' +
      'parked already is left as it is, unless it is the only one named.',
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
    reason: Flags.string({ summary: 'What a person has to see to; of a plan it is in the file.', helpValue: 'TEXT' }),
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
