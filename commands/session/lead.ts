import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { onInterrupt } from '../../src/cli/frame/signals.ts';
import { formatLed, leadForShell } from '../../src/cli/session/lead-for-shell.ts';
import { TxlogError } from '../../src/core/base/errors.ts';
import { toLedJson } from '../../src/shapes/session.ts';
import { durationValue, parseDuration } from '../../src/text/duration.ts';
import { timeText } from '../../src/text/time.ts';

export default class SessionLead extends BaseCommand {
  static override summary = 'Take the next session of a theme, to work on it from a shell.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'Prints the session, its epoch and its data; the commands that follow name the epoch. End the turn with `session ' +
      'remove`, `store` or `park`. Whoever takes longer than the lease renews it with `session renew`: else the session ' +
      'counts as stuck, and another leads it. Exit code 1 when none is due, 5 when none came while it waited.',
    [0, 1, 3, 5, 66, 74, 75, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> session lead mail --json',
    '<%= config.bin %> session lead mail --wait 1m --lease 5m --operator nightly',
    '<%= config.bin %> session lead --session mail/7',
  ];
  static override args = { theme: Args.string({ description: 'Theme of the session.', ignoreStdin: true }) };
  static override flags = {
    session: Flags.string({
      summary: 'This session, also before it is due, or while its theme is paused.',
      helpValue: 'ID',
    }),
    operator: Flags.string({ summary: 'Who leads.', default: 'shell', helpValue: 'NAME' }),
    lease: Flags.string({ summary: 'How long without a sign of life.', default: '30s', helpValue: durationValue }),
    wait: Flags.string({ summary: 'Wait so long, if none is due.', helpValue: durationValue, exclusive: ['dry-run'] }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionLead);
    const { session, operator } = flags;
    if ((args.theme === undefined) === (session === undefined))
      throw new TxlogError('USAGE', 'name a THEME, or --session');
    const lease = parseDuration('--lease', flags.lease) / 1_000;
    const waitMs = flags.wait === undefined ? 0 : parseDuration('--wait', flags.wait);
    const interruption = onInterrupt();
    await this.changeEnv({ checkpointRecords: 0 }, async (env) => {
      const id = session === undefined ? undefined : await env.completeId(session, 'session');
      const wanted = id === undefined ? { theme: args.theme ?? '' } : { session: id };
      const led = await leadForShell(env, wanted, { operator, lease, waitMs, signal: interruption.signal });
      this.out.mustArrive = true;
      await this.print(toLedJson(led), led.session ? formatLed(led) : '');
      if (led.session) return;
      this.talk(`no session is due${led.due === undefined ? '' : ` before ${timeText(led.due)}`}`);
      this.exitWith(interruption.exitCode() ?? (flags.wait === undefined ? 1 : 5));
    });
  }
}
