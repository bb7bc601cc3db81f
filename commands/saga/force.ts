import { Flags } from '@oclif/core';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { InterveneCommand } from '../../src/cli/saga/intervene-command.ts';
import { interveneFlags, sagasArgs, sagasPicks } from '../../src/cli/saga/saga-flags.ts';

export default class SagaForce extends InterveneCommand {
  static override summary = 'End sagas now, whatever is left to do or to undo.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'Use this as the last resort. Nothing more is tried; a person must do or undo what is left. A worker ' +
      'writes the outcome. The log keeps the actor and the reason. With a filter, the command shows a plan and asks ' +
      'before it starts; without a terminal it needs --yes.',
    [0, 1, 3, 4, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> saga force order-3 --outcome compensated --reason "paid back by cheque" --actor ann',
    '<%= config.bin %> saga force order-3 --outcome done --dry-run',
    '<%= config.bin %> saga force --type order --phase failed --outcome compensated --plan',
  ];
  static override picks = sagasPicks;
  static override args = sagasArgs;
  static override flags = {
    ...interveneFlags,
    outcome: Flags.option({
      summary: 'Count the saga as ended with this outcome.',
      options: ['done', 'compensated'] as const,
      required: true,
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaForce);
    await this.intervene({ kind: 'force', outcome: flags.outcome }, args.ids, flags);
  }
}
