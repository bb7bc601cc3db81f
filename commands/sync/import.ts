import { Args } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { showWork } from '../../src/cli/frame/progress-line.ts';
import { onInterrupt } from '../../src/cli/frame/signals.ts';
import { openDumpInput } from '../../src/cli/sync/dump-input.ts';
import { formatImport, importFlags, importFrom, toImportOptions } from '../../src/cli/sync/import-from.ts';
import { rateNote } from '../../src/cli/sync/write-dump.ts';
import { toImportJson } from '../../src/shapes/import-report.ts';

export default class SyncImport extends BaseCommand {
  static override summary = 'Import a dump, block by block.';
  static override effect = { without: ['mode=inspect'] };
  static override description = withExitCodes(
    'Each block is one durable commit together with its cursor. If the import is killed anywhere, the same ' +
      'command goes on where it stopped, and a second run changes nothing. A mirror keeps the positions, ids, ' +
      'times and digests of its origin. It refuses all other writes until `sync promote`. A dump that does not ' +
      'join the log is refused (exit code 4), and the message names the last common position. For a dump that ' +
      'is damaged or cut, the exit code is 65: the blocks before the damage stay, and the message names the ' +
      'command that goes on.\n' +
      'With --mode submit every request is decided again under its own id, by the app of this environment. A ' +
      'key that is owned here makes it a rejection, which names the owner. A request that cannot be decided ' +
      'stops the import, unless --on-conflict parks or skips it: the exit code is then 6. Sessions and sagas ' +
      'stay with their origin.',
    [0, 4, 6, 65, 66, 69, 74, 77, 78, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> sync import orders.avro',
    'ssh prod txlog sync export - | <%= config.bin %> sync import -',
    '<%= config.bin %> sync import --dry-run --json orders.avro',
    '<%= config.bin %> sync import --mode submit --on-conflict park orders.avro --env merged',
  ];
  static override args = {
    dump: Args.string({ description: 'The file to read; - or nothing is stdin.', ignoreStdin: true }),
  };

  static override flags = importFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SyncImport);
    const input = openDumpInput(args.dump ?? '-');
    const interruption = onInterrupt();
    const progress = showWork('importing', this.shown, { isSizeKnown: input.total !== undefined, goesOn: true });
    const note = rateNote('record', Date.now(), Date.now);
    const onProgress = (bytes: number, records: number) =>
      progress.onProgress(bytes, input.total ?? bytes, note(records));
    const options = { ...toImportOptions(flags), dryRun: flags['dry-run'], onProgress };
    const app = flags.mode === 'submit' ? this.appOptions() : {};
    await this.withEnv(app, async (env) => {
      const report = await importFrom(env, input, { options, interruption }).finally(progress.stop);
      await this.print(toImportJson(report, options.dryRun), formatImport(report, options.dryRun));
      if (report.parked + report.skipped > 0) this.exitWith(6);
    }).catch((error) => {
      // A signal that cuts the input off is no damage of the dump.
      if (interruption.exitCode() === undefined) throw error;
      this.talk((error as Error).message);
    });
    const stopped = interruption.exitCode();
    if (stopped !== undefined) this.exitWith(stopped);
    interruption.release();
  }
}
