import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OperationsCommand, selectsSessions } from '../../src/cli/session/operations-command.ts';

const { status: _, ...flags } = manyFlags;

export default class SessionUnpark extends OperationsCommand {
  static override summary = 'Bring parked sessions back: they are ready, with all their attempts.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'As `session retry`, but those that are not parked are left as they are: what went on since a list was made goes ' +
      'on. Of those that a filter selects it shows a plan, and asks; where there is no terminal, it wants --yes.',
    [0, 1, 3, 4, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> session unpark mail/7 --reason "address mended"',
    '<%= config.bin %> session unpark --theme mail --yes',
    `<%= config.bin %> session unpark --theme mail --where 'error.contains("no route")' --rate 50/s --yes`,
    '<%= config.bin %> session list --theme mail --status parked -q | <%= config.bin %> session unpark -',
  ];
  static override picks = manyPicks;
  static override args = manyArgs;
  static override flags = flags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionUnpark);
    const names = ([] as string[]).concat(args.ids ?? []);
    const selected = selectsSessions(flags) ? { ...flags, status: 'parked' as const } : flags;
    await this.operateMany({ op: 'ready', only: 'parked' }, names, selected);
  }
}
