import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { openDumpInput } from '../../src/cli/sync/dump-input.ts';
import { formatSummary } from '../../src/cli/sync/dump-summary.ts';
import { dumpFlags, toReaderOptions } from '../../src/cli/sync/import-from.ts';
import { verifyDump } from '../../src/index.ts';
import { toSummaryJson } from '../../src/shapes/dump-summary.ts';

export default class SyncInspect extends BaseCommand {
  static override summary = 'Show what a dump holds: its origin, its filters, its records.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'It reads the whole dump and checks its seals. It imports nothing.',
    [0, 65, 66, 77, 78],
  );
  static override examples = ['<%= config.bin %> sync inspect orders.avro'];
  static override args = {
    dump: Args.string({ description: 'The file to read; - or nothing is stdin.', ignoreStdin: true }),
  };

  static override flags = dumpFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncInspect);
    const summary = await verifyDump(openDumpInput(args.dump ?? '-').bytes, toReaderOptions(flags));
    await this.print(toSummaryJson(summary), formatSummary(summary));
  }
}
