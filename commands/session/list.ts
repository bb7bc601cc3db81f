import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { sessionExample, whereFlags } from '../../src/cli/output/where-flag.ts';
import { formatSessions, sessionColumns } from '../../src/cli/print/session-lines.ts';
import { sessionFilterFlags } from '../../src/cli/session/session-flags.ts';
import { sessionStatuses } from '../../src/core/fold/session.ts';
import { toSessionJson } from '../../src/shapes/session.ts';

export default class SessionList extends BaseCommand {
  static override summary = 'List sessions by theme: first those that are led, then in the order of their turn.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'A session belongs to a theme, which is its queue. An operator leads it, which is to claim it under a ' +
      'lease. Removed sessions are not listed; `log --type txlog.session` has their history. -q prints only the ' +
      'ids.',
    [0, 3, 66],
  );
  static override examples = [
    '<%= config.bin %> session list --theme mail',
    `<%= config.bin %> session list --where 'status == "parked" && attempts > 3' --fields session,error`,
    '<%= config.bin %> session list --theme mail --status stored -n 10 -q | xargs -n 1 txlog session show',
  ];
  static override flags = {
    ...listFlags,
    ...whereFlags(sessionExample),
    ...sessionFilterFlags,
    status: Flags.option({ summary: 'Select only sessions with this status.', options: sessionStatuses })(),
    after: Flags.string({ summary: 'Go on after this session, the last one of an earlier list.', helpValue: 'ID' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SessionList);
    await this.selectWhere(flags.where);
    const { theme, order, status, after } = flags;
    const all = { theme, order, status, after };
    const options = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    await this.withEnv({}, async (env) => {
      if (theme !== undefined) await env.sessions.theme(theme);
      await this.printList(env.sessions.list(options), {
        json: toSessionJson,
        people: (page) => formatSessions(page, env.clock.now(), this.colors),
        columns: sessionColumns,
        noun: 'session',
        empty: 'No session.',
      });
    });
  }
}
