import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { toAttachmentProblemJson } from '../../src/shapes/attachment.ts';
import { bytesDone } from '../../src/text/printable.ts';

export default class AttachmentVerify extends BaseCommand {
  static override summary = 'Check that attachments are undamaged, and that none is missing.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It reads each attachment and compares its SHA-256. Without DIGESTS it checks all of them, and looks for ' +
      'those that committed records name. The exit code is 1 when one is damaged or missing.',
    [0, 1, 65, 66],
  );
  static override examples = ['<%= config.bin %> attachment verify'];
  static override args = {
    digests: Args.string({ description: 'Check only these.', multiple: true, ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(AttachmentVerify);
    const digests = ([] as string[]).concat(args.digests ?? []);
    const progress = showWork('verifying', this.shown);
    await this.withEnv({}, async (env) => {
      const onProgress = (done: number, total: number) => progress.onProgress(done, total, bytesDone(done, total));
      const problems = env.attachments.verify({ digests: digests.length > 0 ? digests : undefined, onProgress });
      const count = await this.printAll(problems, {
        json: toAttachmentProblemJson,
        people: (page) =>
          page
            .map(({ digest, problem, position }) =>
              position === undefined ? `${digest}  ${problem}` : `${digest}  ${problem}, named at ${position}`,
            )
            .join('\n'),
        columns: ['digest', 'problem', 'position'],
        empty: 'All attachments are here, and undamaged.',
        live: true,
      }).finally(progress.stop);
      if (count > 0) this.exitWith(1);
    });
  }
}
