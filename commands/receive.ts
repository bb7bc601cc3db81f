import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../src/cli/frame/global-flags.ts';
import { openInput } from '../src/cli/frame/open-input.ts';
import { onInterrupt } from '../src/cli/frame/signals.ts';
import { say } from '../src/cli/frame/stderr.ts';
import { nowhere } from '../src/cli/output/output.ts';
import { acknowledgementFormat, formatReceived, receiveAll } from '../src/cli/parcels/receive.ts';
import { jsonText } from '../src/text/printable.ts';

export default class Receive extends BaseCommand {
  static override summary = 'Take messages from another environment into queues, and acknowledge each one.';
  static override effect = 'writes' as const;
  static override description = withExitCodes(
    'FILE, or stdin, holds one parcel per line, as `txlog send` prints them: {"id","queue","data","order"?}. ' +
      'The command prints one line for each parcel, in the same order, as soon as the parcel is durable: ' +
      '{"id","ok":true,"duplicate"}, or {"id","ok":false,"error"}. A parcel that is refused changes nothing, ' +
      'and the next one is taken. A parcel arrives once, however often it is sent: the same file can be ' +
      'received again, even after the work is done.\n' +
      'A service that is reached by a command runs this: services: { stock: { command: ["ssh", "host", "txlog", ' +
      '"receive"] } }.',
    [0, 6, 65, 66, 74, 75, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> receive < parcels.ndjson',
    '<%= config.bin %> receive parcels.ndjson > acks.ndjson',
    '<%= config.bin %> send counters | ssh host txlog receive | <%= config.bin %> send counters --acks -',
  ];
  static override args = {
    file: Args.string({
      description: 'The file with the parcels, one per line. Without it, or with -, stdin is read.',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...appFlag,
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Receive);
    this.preferLines();
    this.out.mustArrive = true;
    const input = openInput(args.file ?? '-');
    const { signal, exitCode, release } = onInterrupt();
    signal.addEventListener('abort', () => input.stop());
    // The copy is held only while it is used.
    if (flags['dry-run']) await input.gather();
    await this.changeEnv({ livesLong: true, ...this.appOptions() }, async (env) => {
      // An acknowledgement of what is not kept would take the parcel from its sender.
      const list = this.list(acknowledgementFormat, this.isRehearsal ? nowhere() : this.out);
      const received = await receiveAll(env, input, list).finally(() => list.end());
      const summary = { ...received, ...(this.isRehearsal && { dryRun: true }) };
      if (this.told === 'json') say(`${jsonText({ v: 1, summary })}\n`);
      else this.talk(`${formatReceived(received)}${this.rehearsalMark('')}`);
      const { taken, refused } = received;
      this.exitWith(exitCode() ?? (refused === 0 ? 0 : taken === 0 ? 65 : 6));
    });
    release();
  }
}
