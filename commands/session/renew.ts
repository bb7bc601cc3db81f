import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { renewForShell } from '../../src/cli/session/renew-for-shell.ts';
import { sessionArgs } from '../../src/cli/session/session-flags.ts';
import { toTime } from '../../src/index.ts';
import { printable } from '../../src/text/printable.ts';
import { timeText } from '../../src/text/time.ts';

export default class SessionRenew extends BaseCommand {
  static override summary = 'Renew the lease of a session that a shell leads.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'The lease starts again with its full length. Nothing is written into the log. It is refused when the ' +
      'lead is over.',
    [0, 3, 4, 66, 74, 77],
  );
  static override examples = ['<%= config.bin %> session renew mail/7 --epoch 1'];
  static override args = sessionArgs;
  static override flags = {
    epoch: wholeNumber({ summary: 'The epoch of your lead.', min: 1, required: true, helpValue: 'N' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionRenew);
    this.isRehearsal = flags['dry-run'];
    await this.withEnv({ writesLittle: true, readOnly: this.isRehearsal }, async (env) => {
      const id = await env.completeId(args.id, 'session');
      const wanted = { epoch: flags.epoch, dryRun: this.isRehearsal };
      const { operator, until } = await renewForShell(env, id, wanted);
      const json = { v: 1, session: id, epoch: flags.epoch, operator, until: toTime(until) };
      await this.print(json, `renewed the lease of ${printable(id)} until ${timeText(until)}`);
    });
  }
}
