import { Flags } from '@oclif/core';
import { BaseCommand, listFlags } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey } from '../../src/cli/frame/key-argument.ts';
import { resolvePoint } from '../../src/cli/frame/point-in-log.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { asOfFlag } from '../../src/cli/get/get-command.ts';
import { firstOf } from '../../src/cli/log/first-of.ts';
import { formatStates } from '../../src/cli/print/state-page.ts';
import { toStateJson } from '../../src/shapes/state.ts';

export default class StateList extends BaseCommand {
  static override summary = 'List states in the order of their keys.';
  static override effect = 'reads' as const;
  static override description = withExitCodes('Keys without a value or owner are left out.', [0, 3, 66]);
  static override examples = [
    '<%= config.bin %> state list',
    '<%= config.bin %> state list --prefix email/ --limit 20',
    '<%= config.bin %> state list --prefix customer/ --as-of 1000 --ndjson',
  ];
  static override flags = {
    ...listFlags,
    ...asOfFlag,
    prefix: Flags.string({ summary: 'Only keys that start with this.', helpValue: 'TEXT' }),
    limit: wholeNumber({ summary: 'At most N states.', min: 1, helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StateList);
    const prefix = flags.prefix ? { prefix: checkKey(flags.prefix) } : {};
    await this.withEnv({}, async (env) => {
      const asOf = flags['as-of'] === undefined ? {} : { asOf: await resolvePoint(env, flags['as-of']) };
      await this.printList(firstOf(env.states({ ...prefix, ...asOf }), flags.limit), {
        json: toStateJson,
        people: (page) => formatStates(page, this.colors),
        empty: 'No state.',
      });
    });
  }
}
