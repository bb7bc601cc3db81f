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
    'The dump is an Avro object container that any Avro reader reads, sealed block by block (docs/formats/avro-dump.md). ' +
      'It is one consistent state, whoever writes meanwhile, and needs little memory at any size. With a filter of ' +
      'anything but positions it is partial: a mirror refuses it. --follow goes on with what comes, until Ctrl-C ends the ' +
      'dump in order. A reader that goes away ends it with 74: such a dump has no END, and every reader says so.',
    [0, 3, 4, 65, 66, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> sync export -O orders.avro',
    '<%= config.bin %> sync export - | ssh stage txlog sync import -',
    '<%= config.bin %> sync export --after "$(ssh stage txlog sync cursor)" -O rest.avro',
    '<%= config.bin %> sync export --prefix customer/ --states --codec null -O customers.avro',
  ];
  static override args = {
    target: Args.string({ description: 'File to write; - or nothing is stdout.', ignoreStdin: true }),
  };

  static override flags = exportFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncExport);
    const options = await toExportOptions(flags, Date.now());
    const interruption = onInterrupt();
    const progress = showWork('exporting', this.shown, !flags.follow);
    const note = rateNote('record', Date.now(), Date.now);
    const onProgress = (done: number, total: number) => progress.onProgress(done, total, note(done));
    await this.withEnv({}, async (env) => {
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
