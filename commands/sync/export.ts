import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { onInterrupt } from '../../src/cli/frame/signals.ts';
import { exportFlags, rateNote, toExportOptions, writeDump } from '../../src/cli/sync/write-dump.ts';
import { formatCount } from '../../src/text/printable.ts';

export default class SyncExport extends BaseCommand {
  static override summary = 'Write the log as an Avro dump, to a file or a pipe.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'The dump is an Avro object container: every Avro reader can read it, and each block is sealed ' +
      '(docs/formats/avro-dump.md). It is one consistent state, even while others write, and needs little ' +
      'memory at any size. A dump with any filter but positions is partial, and one with --mask is masked: a ' +
      'mirror refuses both, `sync import --mode submit` takes them. With --follow it goes on with new records, ' +
      'and Ctrl-C ends the dump properly. When the reader of a pipe goes away, the exit code is 74 and the dump ' +
      'has no END, so every reader says that it is incomplete.',
    [0, 3, 4, 65, 66, 74, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> sync export -O orders.avro',
    '<%= config.bin %> sync export - | ssh stage txlog sync import -',
    '<%= config.bin %> sync export --after "$(ssh stage txlog sync cursor)" -O rest.avro',
    '<%= config.bin %> sync export --prefix customer/ --states --codec null -O customers.avro',
    '<%= config.bin %> sync export --mask mask.mjs -O masked.avro',
  ];
  static override args = {
    target: Args.string({ description: 'The file to write; - or nothing is stdout.', ignoreStdin: true }),
  };

  static override flags = exportFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncExport);
    const interruption = onInterrupt();
    const progress = showWork('exporting', this.shown, { isSizeKnown: !flags.follow });
    const note = rateNote('record', Date.now(), Date.now);
    const onProgress = (done: number, total: number) => progress.onProgress(done, total, note(done));
    await this.withEnv({}, async (env) => {
      const options = await toExportOptions(env, flags);
      const target = flags.out ?? args.target;
      const bytes = await writeDump(env, target, { options: { ...options, onProgress }, interruption }).finally(
        progress.stop,
      );
      this.talk(`${formatCount(bytes)} bytes`);
      this.exitWith(interruption.exitCode() ?? 0);
    });
    interruption.release();
  }
}
