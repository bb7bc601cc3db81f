import { Flags } from '@oclif/core';
import { BaseCommand, listFlags } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { formatSagas } from '../../src/cli/print/saga-lines.ts';
import { sagaFilterFlags } from '../../src/cli/saga/saga-flags.ts';
import { idsOnlyFlag } from '../../src/cli/session/session-flags.ts';
import { given } from '../../src/core/base/given.ts';
import { findApp } from '../../src/index.ts';
import { listed } from '../../src/pages/sagas.ts';
import { toListedJson } from '../../src/shapes/saga.ts';
import { printable } from '../../src/text/printable.ts';

export default class SagaList extends BaseCommand {
  static override summary = 'List sagas: those that have not ended first, then the ended ones, the newest first.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'phase: running, compensating, failed (what was done cannot be undone: a person has to see to it), done, ' +
      'compensated. With --stuck those that do not go on by themselves, each with the command to run next; exit code 1 ' +
      'when there are any. -q prints the ids alone.',
    [0, 1, 66, 78],
  );
  static override examples = [
    '<%= config.bin %> saga list --incomplete',
    '<%= config.bin %> saga list --stuck',
    '<%= config.bin %> saga list --type order --phase compensated -n 10 --json',
    '<%= config.bin %> saga list --stuck -q | <%= config.bin %> saga retry - --reason "the bank is back"',
  ];
  static override flags = {
    ...listFlags,
    ...idsOnlyFlag,
    ...sagaFilterFlags,
    incomplete: Flags.boolean({ summary: 'Only those that have not ended.' }),
    stuck: Flags.boolean({ summary: 'Only those that do not go on by themselves.' }),
    limit: wholeNumber({ char: 'n', summary: 'At most N sagas.', min: 1, helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SagaList);
    const { quiet, stuck } = flags;
    // The themes that the app's workers lead say what counts as overdue.
    const app = stuck ? findApp(flags.env, process.env.TXLOG_APP) : undefined;
    await this.withEnv({ ...given({ app }) }, async (env) => {
      const count = await this.printList(listed(env, flags), {
        json: toListedJson,
        people: (page) =>
          quiet ? page.map(({ id }) => printable(id)).join('\n') : formatSagas(page, env.clock.now(), this.colors),
        empty: stuck ? 'No saga is stuck.' : 'No saga.',
      });
      if (stuck && count > 0) this.exitWith(1);
    });
  }
}
