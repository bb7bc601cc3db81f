import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { dryRunFlag } from '../src/cli/frame/global-flags.ts';
import { openInput } from '../src/cli/frame/open-input.ts';
import { onInterrupt } from '../src/cli/frame/signals.ts';
import { listFlags } from '../src/cli/output/limit-flag.ts';
import { formatParcels, formatSettled, parcelColumns, settleAll, waitingParcels } from '../src/cli/parcels/send.ts';
import type { Parcel } from '../src/core/app/service-definition.ts';
import { plural, printable } from '../src/text/printable.ts';

export default class Send extends BaseCommand {
  static override summary = 'Print the messages that wait for another environment, or read their acknowledgements.';
  static override effect = { with: ['acks'] };
  static override description = withExitCodes(
    'It prints one parcel per line, for `txlog receive` in the other environment, and removes nothing. With ' +
      '--acks it reads what that command printed: a message that arrived is done, and one that the other side ' +
      'can never accept is parked. Files and pipes between the two may be lost, cut or repeated: each message ' +
      'arrives once.\n' +
      'A worker does all this by itself for a service with a directory or a command. For a service that only ' +
      'you can reach, write services: { counters: { by: "send" } }.',
    [0, 6, 65, 66, 74, 75, 77, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> send counters > parcels.ndjson',
    '<%= config.bin %> send counters --acks acks.ndjson',
    '<%= config.bin %> send counters | ssh host txlog receive | <%= config.bin %> send counters --acks -',
  ];
  static override args = {
    service: Args.string({ description: 'The name of the other service.', required: true }),
  };
  static override flags = {
    ...listFlags,
    acks: Flags.string({ summary: 'Read the acknowledgements from this file; - is stdin.', helpValue: 'FILE' }),
    ...dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Send);
    const { service } = args;
    if (flags.acks !== undefined) return this.settle(service, flags.acks);
    this.out.mustArrive = true;
    this.preferLines();
    const format = { json: (parcel: Parcel) => ({ ...parcel }), people: formatParcels, columns: parcelColumns };
    const count = await this.withEnv({}, (env) => this.printList(waitingParcels(env, service), format));
    this.talk(`${plural(count, 'parcel')} for ${printable(service)}`);
  }

  private async settle(service: string, file: string): Promise<void> {
    const input = openInput(file);
    const { signal, exitCode, release } = onInterrupt();
    signal.addEventListener('abort', () => input.stop());
    const settled = await this.changeEnv({}, (env) => settleAll(env, service, input));
    release();
    await this.print({ v: 1, ...settled }, '');
    this.talk(`${formatSettled(settled)}${this.rehearsalMark('')}`);
    this.exitWith(exitCode() ?? (settled.parked + settled.bad === 0 ? 0 : settled.delivered === 0 ? 65 : 6));
  }
}
