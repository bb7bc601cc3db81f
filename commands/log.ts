import { Flags } from '@oclif/core';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { filterFlags, filterIn } from '../src/cli/frame/filter-flags.ts';
import { onInterrupt } from '../src/cli/frame/signals.ts';
import { StreamCommand, streamFlags } from '../src/cli/frame/stream-command.ts';
import { wholeNumber } from '../src/cli/frame/whole-number.ts';
import { selectRecords } from '../src/cli/log/select-records.ts';
import { RecordLines } from '../src/cli/print/record-lines.ts';
import { toRecordJson } from '../src/index.ts';

const followedLines = 10;

export default class Log extends StreamCommand {
  static override summary = 'Show the records of the log: committed and rejected transactions.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Oldest first. -n takes the newest ones; -f shows those and goes on with new ones of any process, at once.\n' +
      'On a terminal one line each: position, time, type, id, outcome, keys. In a pipe NDJSON.',
    [0, 66, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> log -n 20',
    '<%= config.bin %> log --status rejected --since 1h',
    '<%= config.bin %> log --key email/ann@example.com --json',
    `<%= config.bin %> log --where 'type == "order.create" && payload.amount > 5000'`,
    '<%= config.bin %> log -f --type customer.create',
  ];
  static override flags = {
    ...filterFlags,
    ...streamFlags,
    last: wholeNumber({ char: 'n', summary: 'Only the newest N.', min: 1, max: 100_000, helpValue: 'N' }),
    reverse: Flags.boolean({ char: 'r', summary: 'Newest first.', exclusive: ['follow'] }),
    follow: Flags.boolean({
      char: 'f',
      summary: `Go on with new records until Ctrl-C; starts with the newest ${followedLines} unless told otherwise.`,
      exclusive: ['to', 'until'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Log);
    const interruption = flags.follow ? onInterrupt() : undefined;
    const started = flags.from !== undefined || flags.since !== undefined;
    const last = flags.last ?? (flags.follow && !started ? followedLines : undefined);
    const lines = new RecordLines(this.colors, this.columns);
    await this.withEnv({ livesLong: flags.follow }, async (env) => {
      const filter = await filterIn(env, flags);
      const options = { last, reverse: flags.reverse, follow: interruption?.signal };
      const records = selectRecords(env, filter, options);
      await this.printStream(records, this.isForPeople(flags.format), {
        json: toRecordJson,
        people: (page) => lines.format(page),
        live: flags.follow,
      });
    });
    this.exitWith(interruption?.exitCode() ?? 0);
  }
}
