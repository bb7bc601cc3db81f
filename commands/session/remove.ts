import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OneOrManyCommand } from '../../src/cli/session/one-or-many.ts';
import { authorityFlags, toAuthority } from '../../src/cli/session/session-flags.ts';

export default class SessionRemove extends OneOrManyCommand {
  static override summary = 'End sessions: their work is done, or not wanted any more.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'The next session with the same order key becomes ready. The history of a removed session stays: `session show` ' +
      'and `log --session` find it. The session of a saga is refused; `saga force` ends a saga. With a filter, the ' +
      'command shows a plan and asks before it starts; without a terminal it needs --yes.',
    [0, 1, 3, 4, 5, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> session remove mail/7 --epoch 1',
    '<%= config.bin %> session remove mail/7 --force --reason "the customer called"',
    `<%= config.bin %> session remove --theme mail --where 'createdAt < "2026-01-01"' --plan -O plan.json`,
    '<%= config.bin %> session remove --apply plan.json --reason "too old" --rate 50/s --yes',
  ];
  static override picks = manyPicks;
  static override args = manyArgs;
  static override flags = { ...manyFlags, epoch: authorityFlags.epoch };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionRemove);
    const names = ([] as string[]).concat(args.ids ?? []);
    if (this.isOne(names, flags))
      return this.operateOne('remove', names[0], (env, id) => env.sessions.remove(id, toAuthority(flags)));
    await this.operateMany({ op: 'remove' }, names, flags);
  }
}
