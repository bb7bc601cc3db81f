import { Flags } from '@oclif/core';
import { stuckAppFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { sagaExample, whereFlags } from '../../src/cli/output/where-flag.ts';
import { SagasCommand } from '../../src/cli/saga/list-command.ts';
import { sagaFilterFlags } from '../../src/cli/saga/saga-flags.ts';

export default class SagaList extends SagasCommand {
  static override summary = 'List sagas: first those that have not ended, then those that have, the newest first.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The phases: running, compensating, failed (a compensation failed, and a person must help), done, ' +
      'compensated. --stuck is the same as `saga stuck`, with its exit code.',
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
    ...whereFlags(sagaExample),
    ...sagaFilterFlags,
    ...stuckAppFlag,
    incomplete: Flags.boolean({ summary: 'Show only sagas that have not ended.' }),
    stuck: Flags.boolean({ summary: 'Show only sagas that need help to go on.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SagaList);
    await this.printSagas(flags);
  }
}
