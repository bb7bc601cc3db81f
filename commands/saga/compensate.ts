import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { InterveneCommand } from '../../src/cli/saga/intervene-command.ts';
import { interveneFlags, sagasArgs, sagasPicks } from '../../src/cli/saga/saga-flags.ts';

export default class SagaCompensate extends InterveneCommand {
  static override summary = 'Compensate sagas: undo the steps that are done, in reverse order.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'A saga that has ended as done is undone once, by a new saga with the id ID/undo. With a filter, the command ' +
      'shows a plan and asks before it starts; without a terminal it needs --yes.',
    [0, 1, 3, 4, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> saga compensate order-2 --reason "the customer called"',
    '<%= config.bin %> saga compensate order-2 --dry-run',
    '<%= config.bin %> saga compensate --type order --phase running --plan -O plan.json',
  ];
  static override picks = sagasPicks;
  static override args = sagasArgs;
  static override flags = interveneFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaCompensate);
    await this.intervene({ kind: 'compensate' }, args.ids, flags);
  }
}
