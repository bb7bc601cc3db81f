import { Flags } from '@oclif/core';
import { formatRates, measure } from '../src/cli/bench/bench.ts';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../src/cli/frame/whole-number.ts';
import { toRatesJson } from '../src/shapes/rates.ts';

export default class Bench extends BaseCommand {
  static override summary =
    'Measure this machine: submit, rescan and replay in a temporary environment, against raw LMDB.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'Every submit is synced before it counts. Rates say something about the disk of --dir; ratios, of the same run, ' +
      'about txlog. What is measured is removed again.',
    [0, 66, 74],
  );
  static override examples = [
    '<%= config.bin %> bench',
    '<%= config.bin %> bench --count 100000 --dir /var/lib --json',
  ];
  static override flags = {
    count: wholeNumber({
      summary: 'Transactions.',
      min: 1_000,
      max: 10_000_000,
      default: 20_000,
      helpValue: 'N',
    }),
    dir: Flags.string({ summary: 'Measure on the disk of this directory.', helpValue: 'DIR' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Bench);
    const rates = await measure(flags.count, flags.dir);
    await this.print(toRatesJson(flags.count, rates), formatRates(rates));
  }
}
