import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { listFlags } from '../../src/cli/output/limit-flag.ts';
import { sagaExample, whereFlags } from '../../src/cli/output/where-flag.ts';
import { SagasCommand } from '../../src/cli/saga/list-command.ts';
import { sagaFilterFlags } from '../../src/cli/saga/saga-flags.ts';

export default class SagaStuck extends SagasCommand {
  static override summary = 'List the sagas that need help to go on, and what to do about each.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows the reason and the next command for each. The exit code is 1 when there are any.',
    [0, 1, 66, 78],
  );
  static override examples = [
    '<%= config.bin %> saga stuck',
    '<%= config.bin %> saga stuck -q | <%= config.bin %> saga retry - --reason "the bank is back"',
  ];
  static override flags = { ...listFlags, ...whereFlags(sagaExample), ...sagaFilterFlags, ...appFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SagaStuck);
    await this.printSagas({ ...flags, incomplete: false, stuck: true });
  }
}
