import { Flags } from '@oclif/core';
import { formatRates, measure } from '../src/cli/bench/bench.ts';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../src/cli/frame/whole-number.ts';
import { toRatesJson } from '../src/shapes/rates.ts';

export default class Bench extends BaseCommand {
  static override summary = 'Measure submit, rescan and replay on this machine, and compare them with raw LMDB.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'It works in a temporary environment, and removes it at the end. Each submit counts only after it is ' +
      'synced to the disk. The rates depend mostly on the disk of --dir. The ratios, which are measured in the ' +
      'same run, say how txlog compares with raw LMDB.',
    [0, 66, 74],
  );
  static override examples = [
    '<%= config.bin %> bench',
    '<%= config.bin %> bench --count 100000 --dir /var/lib --json',
  ];
  static override flags = {
    count: wholeNumber({
      summary: 'The number of transactions.',
      min: 1_000,
      max: 10_000_000,
      default: 20_000,
      helpValue: 'N',
    }),
    dir: Flags.string({ summary: 'Put the temporary environment into this directory.', helpValue: 'DIR' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Bench);
    const rates = await measure(flags.count, flags.dir);
    await this.print(toRatesJson(flags.count, rates), formatRates(rates));
  }
}
