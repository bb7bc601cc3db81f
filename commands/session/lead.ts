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
  static override summary = 'Lead the next session of a theme from a shell: claim it under a lease.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'It prints the session, its epoch and its data. The commands that follow need the epoch. End the turn ' +
      'with `session remove`, `store` or `park`. If the work takes longer than the lease, renew it with ' +
      '`session renew`: otherwise the session counts as stuck, and another operator can take it. The exit code ' +
      'is 1 when no session is due, and 5 when none came during --wait.',
    [0, 1, 3, 4, 5, 66, 74, 75, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> session lead mail --json',
    '<%= config.bin %> session lead mail --wait 1m --lease 5m --operator nightly',
    '<%= config.bin %> session lead --session mail/7',
  ];
  static override picks = { argument: 'theme', unless: ['session'] };
  static override args = { theme: Args.string({ description: 'The theme of the session.', ignoreStdin: true }) };
  static override flags = {
    session: Flags.string({
      summary: 'Lead this session, even before it is due or while its queue is paused.',
      helpValue: 'ID',
    }),
    operator: Flags.string({ summary: 'The name of the operator.', default: 'shell', helpValue: 'NAME' }),
    lease: Flags.string({
      summary: 'The lease: how long the operator may give no sign of life.',
      default: '30s',
      helpValue: durationValue,
    }),
    wait: Flags.string({
      summary: 'Wait up to this time when no session is due.',
      helpValue: durationValue,
      exclusive: ['dry-run'],
    }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionLead);
    const { session, operator } = flags;
    if ((args.theme === undefined) === (session === undefined))
      throw new TxlogError('USAGE', 'give a THEME or --session');
    const lease = parseDuration('--lease', flags.lease) / 1_000;
    const waitMs = flags.wait === undefined ? 0 : parseDuration('--wait', flags.wait);
    const interruption = onInterrupt();
    await this.changeEnv({ writesLittle: true }, async (env) => {
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
