import { Args, Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../../src/cli/frame/global-flags.ts';
import { AnswerCommand } from '../../src/cli/saga/answer-command.ts';
import { byFlags, sagaArgs } from '../../src/cli/saga/saga-flags.ts';

export default class SagaAnswer extends AnswerCommand {
  static override summary = 'Give the answer that a step waits for.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'For a person, or a service without a worker, who was asked and cannot answer through a queue. An error ' +
      'is final: the saga then compensates. If the error is the answer of a compensation, the saga waits for a ' +
      'person.',
    [0, 3, 4, 65, 66, 74, 75, 77],
  );
  static override examples = [
    `<%= config.bin %> saga answer return-1 approve --result '{"by":"ann"}'`,
    '<%= config.bin %> saga answer return-1 approve --error "over the limit" --actor ann',
    '<%= config.bin %> saga answer return-1 approve --result @answer.json --reason "called back"',
  ];
  static override args = {
    ...sagaArgs,
    step: Args.string({ description: 'The step that waits.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...byFlags,
    ...dryRunFlag,
    result: Flags.string({
      summary: 'The step is done, with this result.',
      helpValue: 'JSON|@FILE|-',
      exclusive: ['error'],
    }),
    error: Flags.string({ summary: 'The step failed, for this reason.', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaAnswer);
    await this.answer(args.id, args.step, flags);
  }
}
