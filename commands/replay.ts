import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { ReplayCommand, replayFlags } from '../src/cli/replay/replay-command.ts';

export default class Replay extends ReplayCommand {
  static override summary = 'Replay the log: rebuild the indexes, stop at a point, or try other handlers.';
  static override effect = { without: ['with', 'to', 'dry-run'] };
  static override description = withExitCodes(
    'Without flags it rebuilds all indexes from the log, beside the old ones, and then puts them in place in ' +
      'one step. If it is killed at any moment, either the old or the new indexes are there. Other processes go ' +
      'on reading and writing meanwhile. It asks before it starts; without a terminal it needs --yes.\n' +
      'With --with MODULE --diff it writes nothing. It lists the decisions that flip and the values that ' +
      'change, and ends with exit code 1 when a decision flips. A replay has no effects outside.',
    [0, 1, 3, 4, 66, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> replay --dry-run',
    '<%= config.bin %> replay --yes',
    '<%= config.bin %> replay --yes --journal',
    '<%= config.bin %> replay --to 2026-01-31T12:00:00Z --into before-noon',
    '<%= config.bin %> replay --with ./new-handlers.ts --diff',
  ];
  static override flags = replayFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Replay);
    const { to, into } = flags;
    await this.withEnv({}, async (env) => {
      if (flags.with !== undefined) await this.diff(env, flags.with);
      else if (to !== undefined && into !== undefined) await this.travel(env, to, into);
      else await this.rebuild(env, flags.journal);
    });
  }
}
