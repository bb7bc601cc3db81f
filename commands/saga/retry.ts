import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { InterveneCommand } from '../../src/cli/saga/intervene-command.ts';
import { interveneFlags, sagasArgs, sagasPicks } from '../../src/cli/saga/saga-flags.ts';

export default class SagaRetry extends InterveneCommand {
  static override summary = 'Have sagas try again at once, with all their attempts.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'What waits for its next attempt, or could not be undone; what was refused for good is tried under another key. ' +
      'Those of a filter go through a plan file, or are asked for: where there is no terminal, it wants --yes.',
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
