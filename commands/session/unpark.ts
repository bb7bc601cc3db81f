import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { manyArgs, manyFlags, manyPicks } from '../../src/cli/session/many-flags.ts';
import { OperationsCommand, selectsSessions } from '../../src/cli/session/operations-command.ts';

const { status: _, ...flags } = manyFlags;

export default class SessionUnpark extends OperationsCommand {
  static override summary = 'Bring parked sessions back: they are ready again, with all their attempts.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'Does the same as `session retry`, but to parked sessions only: all others are left unchanged. With a filter, ' +
      'the command shows a plan and asks before it starts; without a terminal it needs --yes.',
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
