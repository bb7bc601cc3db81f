import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { InterveneCommand } from '../../src/cli/saga/intervene-command.ts';
import { interveneFlags, sagasArgs, sagasPicks } from '../../src/cli/saga/saga-flags.ts';

export default class SagaRetry extends InterveneCommand {
  static override summary = 'Retry sagas at once, with all their attempts.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'Retries steps that wait for their next attempt, and compensations that failed. A step that was refused for ' +
      'good gets a new idempotency key. With a filter, the command shows a plan and asks before it starts; without a ' +
      'terminal it needs --yes.',
    [0, 1, 3, 4, 6, 65, 66, 74, 75, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> saga retry order-3 --reason "the bank is back"',
    '<%= config.bin %> saga retry --type order --phase failed --plan -O plan.json',
    '<%= config.bin %> saga retry --apply plan.json --reason "the bank is back" --actor ann --yes',
    '<%= config.bin %> saga list --stuck -q | <%= config.bin %> saga retry - --reason "the bank is back"',
  ];
  static override picks = sagasPicks;
  static override args = sagasArgs;
  static override flags = interveneFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaRetry);
    await this.intervene({ kind: 'retry' }, args.ids, flags);
  }
}
