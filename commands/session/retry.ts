import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OperationsCommand, selectsSessions } from '../../src/cli/session/operations-command.ts';

export default class SessionRetry extends OperationsCommand {
  static override summary = 'Make sessions ready at once, with all their attempts.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'Works on sessions that sleep, that are parked, or whose operator has died. A session whose operator is alive ' +
      'is refused, unless you give --force. With --theme or --order alone, it selects the parked sessions. With a ' +
      'filter, the command shows a plan and asks before it starts; without a terminal it needs --yes.',
    [0, 1, 3, 4, 5, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> session retry mail/7',
    '<%= config.bin %> session retry --theme mail --status parked --dry-run',
    `<%= config.bin %> session retry --stuck --where 'stuck.reason == "dead"' --plan -O plan.json`,
    '<%= config.bin %> session retry --apply plan.json --rate 50/s --yes',
    '<%= config.bin %> session stuck --theme mail -q | <%= config.bin %> session retry - --reason "server is back"',
  ];
  static override picks = manyPicks;
  static override args = manyArgs;
  static override flags = manyFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionRetry);
    const { status, where, stuck } = flags;
    const isBroad = selectsSessions(flags) && status === undefined && where === undefined && !stuck;
    const names = ([] as string[]).concat(args.ids ?? []);
    await this.operateMany({ op: 'ready' }, names, isBroad ? { ...flags, status: 'parked' } : flags);
  }
}
