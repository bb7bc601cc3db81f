import { Flags } from '@oclif/core';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { whereFlags } from '../../src/cli/output/where-flag.ts';
import { SagasCommand } from '../../src/cli/saga/list-command.ts';
import { sagaFilterFlags } from '../../src/cli/saga/saga-flags.ts';

export default class SagaList extends SagasCommand {
  static override summary = 'List sagas: those that have not ended first, then the ended ones, the newest first.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'phase: running, compensating, failed (what was done cannot be undone: a person has to see to it), done, ' +
      'compensated. --stuck is `saga stuck`, with its exit code.',
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
    ...whereFlags,
    ...sagaFilterFlags,
    ...appFlag,
    incomplete: Flags.boolean({ summary: 'Only those that have not ended.' }),
    stuck: Flags.boolean({ summary: 'Only those that do not go on by themselves.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SagaList);
    await this.printSagas(flags);
  }
}
