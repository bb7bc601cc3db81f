import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { tokenFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { checkKey } from '../../src/cli/frame/key-argument.ts';
import { resolvePoint } from '../../src/cli/frame/point-in-log.ts';
import { asOfFlag } from '../../src/cli/get/get-command.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { whereFlags } from '../../src/cli/output/where-flag.ts';
import { formatStates, stateColumns } from '../../src/cli/print/state-page.ts';
import { toStateJson } from '../../src/shapes/state.ts';

export default class StateList extends BaseCommand {
  static override summary = 'List states in the order of their keys.';
  static override effect = 'reads' as const;
  static override remote = true as const;
  static override description = withExitCodes(
    'Keys that have neither a value nor an owner now are not listed.',
    [0, 3, 66, 69],
  );
  static override examples = [
    '<%= config.bin %> state list',
    `<%= config.bin %> state list --where 'kind == "dedicated" && version > 1' -n 20`,
    '<%= config.bin %> state list --prefix customer/ --as-of 1000 --ndjson',
  ];
  static override flags = {
    ...listFlags,
    ...tokenFlag,
    ...whereFlags('kind == "shared" && version > 10'),
    ...asOfFlag,
    prefix: Flags.string({ summary: 'List only keys that start with this.', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StateList);
    await this.selectWhere(flags.where);
    const prefix = flags.prefix ? { prefix: checkKey(flags.prefix) } : {};
    await this.reach({}, async ({ calls: env }) => {
      const asOf = flags['as-of'] === undefined ? {} : { asOf: await resolvePoint(env, flags['as-of']) };
      await this.printList(env.states({ ...prefix, ...asOf }), {
        json: toStateJson,
        people: (page) => formatStates(page, this.colors),
        columns: stateColumns,
        noun: 'state',
        empty: 'No state.',
      });
    });
  }
}
