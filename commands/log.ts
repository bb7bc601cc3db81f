import { Flags } from '@oclif/core';
import { tokenFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { filterFlags, filterIn, zoneNote } from '../src/cli/frame/filter-flags.ts';
import { LogCommand } from '../src/cli/log/log-command.ts';
import { followFlags, listFlags } from '../src/cli/output/limit-flag.ts';

export default class Log extends LogCommand {
  static override summary = 'Show the records of the log: committed and rejected transactions.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'The oldest record comes first. -n shows only the newest records. -f shows the newest 10, then each new ' +
      'record of any process as it comes.\n' +
      'One line per record: position, time, type, id, outcome, keys. --ndjson prints whole records.',
    [0, 4, 66, 69, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> log -n 20',
    '<%= config.bin %> log --status rejected --since 1h',
    '<%= config.bin %> log --key email/ann@example.com --ndjson',
    `<%= config.bin %> log --where 'type == "order.create" && payload.amount > 5000' --fields id,payload.amount`,
    '<%= config.bin %> log -f --type customer.create',
  ];
  static override flags = {
    ...filterFlags,
    ...listFlags,
    ...followFlags,
    ...tokenFlag,
    reverse: Flags.boolean({ char: 'r', summary: 'Show the newest first.', exclusive: ['follow'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Log);
    const interruption = flags.follow ? this.follow() : undefined;
    await this.reach({ livesLong: flags.follow }, async (reached) => {
      const filter = await filterIn(reached.calls, flags);
      this.note(zoneNote(flags, reached.calls.now()));
      await this.show(reached, filter, { ...flags, signal: interruption?.signal });
    });
    this.exitWith(interruption?.exitCode() ?? 0);
  }
}
