import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { compareWith } from '../../src/cli/sync/compare-with.ts';

export default class SyncDiff extends BaseCommand {
  static override summary = 'Compare the environment with another one, or with a dump.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'Two environments are compared by their hash chains, and after the last common position by their keys, so ' +
      'that the time depends on the difference. A dump is compared record by record and state by state. The ' +
      'exit code is 1 when anything differs.',
    [0, 1, 65, 66],
  );
  static override examples = ['<%= config.bin %> sync diff backup', '<%= config.bin %> sync diff orders.avro --json'];
  static override args = {
    other: Args.string({
      description: 'The directory of the other environment, or a dump; - is a dump on stdin.',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(SyncDiff);
    await this.withEnv({}, async (env) => {
      const { same, json, people } = await compareWith(env, args.other, (isSizeKnown) =>
        showWork('comparing', this.shown, { isSizeKnown }),
      );
      if (!same) this.exitWith(1);
      await this.print(json, people);
    });
  }
}
