import { Args } from '@oclif/core';
import { CompensateCommand } from '../src/cli/compensate/compensate-command.ts';
import { checkCompensateFlags, compensateFlags, compensatePicks } from '../src/cli/compensate/compensate-flags.ts';
import { toNames, wholeNames } from '../src/cli/compensate/select-targets.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';

export default class Compensate extends CompensateCommand {
  static override summary = 'Undo committed transactions, each by a new record; history is never rewritten.';
  static override effect = { without: ['plan', 'out', 'dry-run'] };
  static override description = withExitCodes(
    'Each shared key gets the value that it would have without the transaction. Each claim that the ' +
      'transaction still owns is released. What cannot be undone is refused, with the reason. A second run ' +
      'gives the first receipt again.\n' +
      'A number is read as a position; --id names a transaction whose id is a number.\n' +
      'What a filter selects is undone in two steps, by way of a plan file: --plan -O FILE, then --apply FILE.',
    [0, 1, 3, 4, 65, 66, 77],
  );
  static override examples = [
    '<%= config.bin %> compensate r-1 --reason "entered twice"',
    '<%= config.bin %> compensate r-1 r-2 --plan',
    '<%= config.bin %> compensate --id 4711 --plan',
    '<%= config.bin %> compensate --type order.import --since 1d --plan -O plan.json',
    '<%= config.bin %> compensate --apply plan.json --yes',
  ];
  static override picks = compensatePicks;
  static override args = {
    name: Args.string({ description: 'The ids or positions of transactions.', multiple: true, ignoreStdin: true }),
  };
  static override flags = compensateFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Compensate);
    const typed = toNames(args.name ?? [], flags.id ?? []);
    checkCompensateFlags(typed, flags);
    await this.withEnv(this.appOptions(), async (env) => {
      const names = await wholeNames(env, typed);
      if (flags.plan || flags.out !== undefined) await this.plan(env, names, flags);
      else if (flags.apply !== undefined) await this.apply(env, flags.apply, flags);
      else await this.undo(env, names, flags);
    });
  }
}
