import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { compareWith } from '../../src/cli/sync/compare-with.ts';

export default class SyncDiff extends BaseCommand {
  static override summary = 'Compare the environment with another one, or with a dump.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Two environments: by their chains, then by the keys that came after what is common, in the time of what differs. A ' +
      'dump: record by record and state by state. Exits 1 when anything differs.',
    [0, 1, 65, 66],
  );
  static override examples = ['<%= config.bin %> sync diff backup', '<%= config.bin %> sync diff orders.avro --json'];
  static override args = {
    other: Args.string({
      description: 'Directory of an environment, or a dump; - is a dump on stdin.',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(SyncDiff);
    await this.withEnv({}, async (env) => {
      const { same, json, people } = await compareWith(env, args.other);
      if (!same) this.exitWith(1);
      await this.print(json, people);
    });
  }
}
