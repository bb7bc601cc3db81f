import { Args, Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { StreamCommand } from '../../src/cli/frame/stream-command.ts';
import { firstOf } from '../../src/cli/log/first-of.ts';
import { openDumpInput } from '../../src/cli/sync/dump-input.ts';
import { dumpFlags, toReaderOptions } from '../../src/cli/sync/import-from.ts';
import { readDump } from '../../src/index.ts';
import { jsonText } from '../../src/text/printable.ts';

export default class SyncHead extends StreamCommand {
  static override summary = 'Print the first entries of a dump as JSON, one per line.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'Records are printed as `log` prints them; each line says its kind. Blocks are checked as they are read.',
    [0, 65, 66, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> sync head orders.avro',
    '<%= config.bin %> sync head -n 1000000 orders.avro | grep customer.create',
  ];
  static override args = {
    dump: Args.string({ description: 'File to read; - or nothing is stdin.', ignoreStdin: true }),
  };

  static override flags = {
    limit: Flags.integer({ char: 'n', summary: 'How many entries.', min: 1, default: 10, helpValue: 'N' }),
    ...dumpFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncHead);
    const entries = readDump(openDumpInput(args.dump ?? '-').bytes, toReaderOptions(flags));
    const people = (page: readonly Parameters<typeof jsonText>[0][]) => page.map(jsonText).join('\n');
    await this.printStream(firstOf(entries, flags.limit), false, { json: (entry) => entry, people });
  }
}
