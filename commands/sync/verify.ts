import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { openDumpInput } from '../../src/cli/sync/dump-input.ts';
import { dumpFlags, toReaderOptions } from '../../src/cli/sync/import-from.ts';
import { verifyDump } from '../../src/index.ts';
import { toSummaryJson } from '../../src/shapes/dump-summary.ts';
import { formatCount } from '../../src/text/printable.ts';

export default class SyncVerify extends BaseCommand {
  static override summary = 'Prove that a dump is whole and undamaged.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'A chain of seals covers every byte, and the dump must have its END. For damage it names the block and ' +
      'the byte, and the exit code is 65. With --records it also decodes every record, and computes the hash ' +
      'chain of the log again.',
    [0, 65, 66, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> sync verify orders.avro',
    '<%= config.bin %> sync verify --records --verify-key prod.pub orders.avro',
  ];
  static override args = {
    dump: Args.string({ description: 'The file to read; - or nothing is stdin.', ignoreStdin: true }),
  };

  static override flags = {
    records: Flags.boolean({ summary: 'Also decode every record, and check the hash chain of the log.' }),
    ...dumpFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncVerify);
    const input = openDumpInput(args.dump ?? '-');
    const progress = showWork('verifying', this.shown, { isSizeKnown: input.total !== undefined });
    const onProgress = (bytes: number) => progress.onProgress(bytes, input.total ?? bytes);
    const options = { ...toReaderOptions(flags), records: flags.records, onProgress };
    const summary = await verifyDump(input.bytes, options).finally(progress.stop);
    const { blocks, entries, end } = summary;
    const what = `${formatCount(blocks)} blocks and ${formatCount(entries)} entries are whole`;
    const short = end.complete ? '' : '\nthe dump says itself that it is not complete';
    if (!end.complete) this.exitWith(65);
    await this.print(toSummaryJson(summary), `${what}${short}\ncursor: ${end.cursor}`);
  }
}
