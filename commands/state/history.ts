import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { tokenFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey, keyNotFound } from '../../src/cli/frame/key-argument.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { formatHistory, historyColumns } from '../../src/cli/print/state-page.ts';
import { given } from '../../src/core/base/given.ts';
import { toHistoryJson } from '../../src/shapes/state.ts';

export default class StateHistory extends BaseCommand {
  static override summary = 'List every transaction that was applied to a key, and the value after it.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'The oldest comes first. A key that was released or deleted has a history too.',
    [0, 3, 65, 66, 69],
  );
  static override examples = [
    '<%= config.bin %> state history customer/c-1',
    '<%= config.bin %> state history stats/customers --from 1000 --limit 50 --json',
  ];
  static override args = { key: Args.string({ description: 'The key of the state.', required: true }) };
  static override flags = {
    ...listFlags,
    ...tokenFlag,
    from: wholeNumber({ summary: 'Start at this position.', min: 1, helpValue: 'POSITION' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StateHistory);
    const key = checkKey(args.key);
    const { from } = flags;
    const bounds = given({ from });
    await this.reach({}, async ({ calls: env, wasUsed }) => {
      if (from === undefined && !(await wasUsed(key))) throw keyNotFound(key);
      await this.printList(env.history(key, bounds), {
        json: (entry) => toHistoryJson(key, entry),
        people: (page) => formatHistory(page, key, this.colors),
        columns: historyColumns,
        empty: 'No transaction there.',
      });
    });
  }
}
