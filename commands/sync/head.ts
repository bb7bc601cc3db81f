import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { firstOf } from '../../src/cli/output/first-of.ts';
import { limitFlag } from '../../src/cli/output/limit-flag.ts';
import { openDumpInput } from '../../src/cli/sync/dump-input.ts';
import { dumpFlags, toReaderOptions } from '../../src/cli/sync/import-from.ts';
import { readDump } from '../../src/index.ts';
import { formatCount, jsonText } from '../../src/text/printable.ts';

/** Entries that are shown unless -n says otherwise. */
const shown = 10;

export default class SyncHead extends BaseCommand {
  static override summary = 'Print the first entries of a dump as JSON, one per line.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'It prints ten entries, or -n N. Records look as in `log --ndjson`, and each line names its kind. Blocks ' +
      'are checked before they are printed.',
    [0, 65, 66, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> sync head orders.avro',
    '<%= config.bin %> sync head -n 1000000 orders.avro | grep customer.create',
  ];
  static override args = {
    dump: Args.string({ description: 'The file to read; - or nothing is stdin.', ignoreStdin: true }),
  };

  static override flags = {
    limit: limitFlag(`Print at most N entries; all is no limit. The default is ${shown}.`),
    ...dumpFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncHead);
    const entries = readDump(openDumpInput(args.dump ?? '-').bytes, toReaderOptions(flags));
    const people = (page: readonly Parameters<typeof jsonText>[0][]) => page.map(jsonText).join('\n');
    this.preferLines();
    const limit = flags.limit ?? shown;
    let isCut = false;
    const onMore = () => {
      isCut = true;
    };
    await this.printAll(firstOf(entries, limit, onMore), {
      json: (entry) => entry,
      people,
      columns: ['kind', 'position', 'id', 'type', 'time', 'outcome', 'key'],
    });
    if (isCut) this.tellMore(`the first ${formatCount(limit)} are shown`);
  }
}
