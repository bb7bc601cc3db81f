import { Flags } from '@oclif/core';
import { BaseCommand, listFlags } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { formatSessions } from '../../src/cli/print/session-lines.ts';
import { idsOnlyFlag, sessionFilterFlags } from '../../src/cli/session/session-flags.ts';
import { sessionStatuses } from '../../src/core/fold/session.ts';
import { toSessionJson } from '../../src/shapes/session.ts';
import { printable } from '../../src/text/printable.ts';

export default class SessionList extends BaseCommand {
  static override summary = 'List sessions: by theme, those that are led first, then in the order in which they come.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Removed ones are not listed: `log --type txlog.session` has all that happened. -q prints the ids alone.',
    [0, 3, 66],
  );
  static override examples = [
    '<%= config.bin %> session list --theme mail',
    '<%= config.bin %> session list --status parked --json',
    '<%= config.bin %> session list --theme mail --status stored -n 10 -q | xargs -n 1 txlog session show',
  ];
  static override flags = {
    ...listFlags,
    ...idsOnlyFlag,
    ...sessionFilterFlags,
    status: Flags.option({ summary: 'Only of this status.', options: sessionStatuses })(),
    limit: wholeNumber({ char: 'n', summary: 'At most N sessions.', min: 1, helpValue: 'N' }),
    after: Flags.string({ summary: 'Go on after this one of an earlier list.', helpValue: 'ID' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SessionList);
    const { theme, order, status, limit, after, quiet } = flags;
    const all = { theme, order, status, limit, after };
    const options = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    await this.withEnv({}, async (env) => {
      if (theme !== undefined) await env.sessions.theme(theme);
      await this.printList(env.sessions.list(options), {
        json: toSessionJson,
        people: (page) =>
          quiet ? page.map(({ id }) => printable(id)).join('\n') : formatSessions(page, env.clock.now(), this.colors),
        empty: 'No session.',
      });
    });
  }
}
