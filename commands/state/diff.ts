import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { tokenFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey } from '../../src/cli/frame/key-argument.ts';
import { formatStateDiff } from '../../src/cli/print/state-diff-text.ts';
import { readStatePair } from '../../src/cli/state/read-pair.ts';
import { differencesOf, toStateDiffJson } from '../../src/shapes/state-diff.ts';

export default class StateDiff extends BaseCommand {
  static override summary = 'Compare the state of a key at two positions or times.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'With one --as-of it compares that state with the state now. It prints the differences. The exit code is ' +
      '1 when there are any.',
    [0, 1, 3, 65, 66, 69],
  );
  static override examples = [
    '<%= config.bin %> state diff customer/c-1 --as-of 80 --as-of 95',
    '<%= config.bin %> state diff stats/customers --as-of 2h',
  ];
  static override args = { key: Args.string({ description: 'The key of the state.', required: true }) };
  static override flags = {
    ...tokenFlag,
    'as-of': Flags.string({
      summary: 'Compare the states at these positions or times. Give one or two.',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'POSITION|TIME',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateDiff);
    const key = checkKey(args.key);
    await this.reach({}, async ({ calls: env }) => {
      const pair = await this.slowly('reading', () => readStatePair(env, key, flags['as-of']));
      const differences = differencesOf(pair);
      if (differences.length > 0) this.exitWith(1);
      await this.print(toStateDiffJson(pair, differences), formatStateDiff(pair, differences, this.colors));
    });
  }
}
