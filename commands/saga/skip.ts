import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { InterveneCommand } from '../../src/cli/saga/intervene-command.ts';
import { interveneFlags, sagasArgs, sagasPicks } from '../../src/cli/saga/saga-flags.ts';
import { given } from '../../src/core/base/given.ts';

export default class SagaSkip extends InterveneCommand {
  static override summary = 'Skip a step: the saga goes on as if the step were done, or undone.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'In a running saga the step counts as done; in one that compensates, as undone. Use this when somebody ' +
      'did that work by other means. Without --step it skips the step that fails, and refuses a saga of ' +
      'which no step fails. With a filter, the command shows a plan and asks before it starts; without a terminal it ' +
      'needs --yes.',
    [0, 1, 3, 4, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> saga skip order-3 --reason "paid back in cash" --actor ann',
    '<%= config.bin %> saga skip order-3 --step pay --dry-run',
    '<%= config.bin %> saga skip --type order --phase failed --step pay --plan',
  ];
  static override picks = sagasPicks;
  static override args = sagasArgs;
  static override flags = {
    ...interveneFlags,
    step: Flags.string({ summary: 'Skip this step.', helpValue: 'NAME' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaSkip);
    const { step } = flags;
    await this.intervene({ kind: 'skip', ...given({ step }) }, args.ids, flags);
  }
}
