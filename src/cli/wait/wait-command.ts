import { Args, Flags } from '@oclif/core';
import { given, ifGiven } from '../../core/base/given.ts';
import { type Receipt, type RemovedSession, toReceiptJson } from '../../index.ts';
import { toRemovedJson } from '../../shapes/removed-session.ts';
import { durationValue, parseDuration } from '../../text/duration.ts';
import { printable } from '../../text/printable.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { tokenFlag } from '../frame/environment-flag.ts';
import type { RemoteUse } from '../frame/remote-use.ts';
import { onInterrupt } from '../frame/signals.ts';
import { formatReceipt } from '../print/receipt-text.ts';

/** `wait ID` and `session wait ID` are one command. */
export abstract class WaitCommand extends BaseCommand {
  static override args = {
    id: Args.string({ description: 'The id of a request or of a session.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    timeout: Flags.string({ summary: 'Stop waiting after this time.', helpValue: durationValue }),
    ...tokenFlag,
  };
  static override remote: RemoteUse = true;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WaitCommand as unknown as typeof WaitCommand & (new () => WaitCommand));
    const timeoutMs = given({ timeoutMs: ifGiven(flags.timeout, (timeout) => parseDuration('--timeout', timeout)) });
    const { signal, exitCode } = onInterrupt();
    await this.reach({}, async ({ calls: env }) => {
      const id = await env.completeId(args.id, 'transaction', 'session');
      const ended = await env.wait(id, { ...timeoutMs, signal }).catch((error) => {
        if (signal.aborted && error === signal.reason) return undefined;
        throw error;
      });
      if (!ended) return this.exitWith(exitCode() ?? 130);
      await this.tell(ended);
    });
  }

  private async tell(ended: Receipt | RemovedSession): Promise<void> {
    this.out.mustArrive = true;
    if ('outcome' in ended) {
      // Nothing was submitted here, so that there is no earlier submission to tell of.
      if (ended.outcome === 'rejected') this.exitWith(1);
      await this.print(toReceiptJson(ended), formatReceipt({ ...ended, duplicate: false }));
      return;
    }
    const { session, position } = ended;
    await this.print(toRemovedJson(ended), `removed ${printable(session)} at position ${position}`);
  }
}
