import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { sessionExample, whereFlags } from '../../src/cli/output/where-flag.ts';
import { formatStuck, stuckColumns } from '../../src/cli/print/stuck-lines.ts';
import { sessionFilterFlags } from '../../src/cli/session/session-flags.ts';
import { given } from '../../src/core/base/given.ts';
import { toStuckJson } from '../../src/shapes/session.ts';

export default class SessionStuck extends BaseCommand {
  static override summary = 'List the sessions that need help to go on, and what to do about each.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Each session has a reason. dead, late, gone: its operator is dead, and no worker has freed it yet. ' +
      'parked: a person must look at it. overdue: it has been due for over a minute, and nothing of its theme ' +
      'moves; this is told only of request queues, of themes with an advisor in the app, and of themes of a ' +
      'live worker. unknown: it is a request, and the apps of the live workers do not know its type. failing: ' +
      'its last turns failed. slow: its operator is alive, but has been silent for over a minute and for far ' +
      'longer than turns of this theme take, or than a tenth of their time limit. The exit code is 1 when there ' +
      'are any.',
    [0, 1, 3, 66, 78],
  );
  static override examples = [
    '<%= config.bin %> session stuck',
    '<%= config.bin %> session stuck --theme mail --json',
    '<%= config.bin %> session stuck -q | <%= config.bin %> session retry -',
  ];
  static override flags = {
    ...listFlags,
    ...whereFlags(sessionExample),
    theme: sessionFilterFlags.theme,
    ...appFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SessionStuck);
    await this.selectWhere(flags.where);
    const { theme } = flags;
    await this.withEnv(this.appOptions(), async (env) => {
      if (theme !== undefined) await env.sessions.theme(theme);
      // One more than is shown, so that it is known whether there are more; a condition looks at all.
      const limit =
        flags.where === undefined ? Math.min(this.limit + 1, Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
      const stuck = await env.sessions.stuck({ ...given({ theme }), limit });
      const count = await this.printList(stuck, {
        json: toStuckJson,
        people: (page) => formatStuck(page, this.colors),
        columns: stuckColumns,
        noun: 'stuck session',
        empty: 'No session is stuck.',
      });
      if (count > 0) this.exitWith(1);
    });
  }
}
