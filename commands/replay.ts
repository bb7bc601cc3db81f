import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { ReplayCommand, replayFlags } from '../src/cli/replay/replay-command.ts';

export default class Replay extends ReplayCommand {
  static override summary = 'Run the log again: new indexes, an environment as of a point, or other handlers.';
  static override effect = { without: ['with', 'to', 'dry-run'] };
  static override description = withExitCodes(
    'Without flags all indexes are made anew from the log beside the old ones, and swapped in at once: whatever dies ' +
      'when, there are the old ones or the new ones. Others go on reading and writing meanwhile. Asks before it starts; ' +
      'where there is no terminal to ask on, it wants --yes.\n' +
      'With --with MODULE --diff nothing is written: it lists the decisions that flip and the values that change; exit ' +
      'code 1 when any decision flips. A replay has no effects outside.',
    [0, 1, 3, 4, 66, 77, 78],
  );
  static override examples = [
    '<%= config.bin %> replay --dry-run',
    '<%= config.bin %> replay --yes',
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
      else await this.rebuild(env);
    });
  }
}
