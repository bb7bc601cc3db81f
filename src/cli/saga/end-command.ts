import { given } from '../../core/base/given.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Started, TxlogError } from '../../index.ts';
import { type EndedSaga, toEndedJson, toStartedJson } from '../../shapes/saga.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { onInterrupt } from '../frame/signals.ts';
import { formatEnded, formatStarted } from '../print/saga-end.ts';
import { waitForSaga } from './wait-for-saga.ts';

/** A command that tells how a saga ended: exit code 0 when it is done, 1 when it was compensated. */
export abstract class EndCommand extends BaseCommand {
  /**
   * Waits for the end of a saga, and tells it. Ctrl-C ends the waiting, not the saga.
   *
   * Errors: as `waitForSaga`.
   */
  protected async waitAndTell(env: Environment, id: string, timeoutMs: number | undefined): Promise<void> {
    const { signal, exitCode } = onInterrupt();
    const ended = await waitForSaga(env, id, { signal, ...given({ timeoutMs }) }).catch((error) => {
      if (signal.aborted && error === signal.reason) return undefined;
      throw error;
    });
    if (!ended) return this.exitWith(exitCode() ?? 130);
    await this.tellEnded(ended);
  }

  /** Tells that a saga was started, or how it ended: once it has, when that is waited for. Errors: as above. */
  protected async tellStarted(
    env: Environment,
    started: Started,
    { type, waitMs }: { readonly type: string; readonly waitMs: number | undefined },
  ): Promise<void> {
    const { id, outcome } = started;
    this.out.mustArrive = true;
    if (outcome) return this.tellEnded(await waitForSaga(env, id, {}));
    if (waitMs === undefined) return this.print(toStartedJson(started, type), formatStarted(started));
    try {
      await this.waitAndTell(env, id, waitMs);
    } catch (error) {
      // It goes on, and whoever started it has to know its id.
      if (error instanceof TxlogError && error.code === 'WAIT_TIMEOUT')
        await this.print(toStartedJson(started, type), formatStarted(started));
      throw error;
    }
  }

  private async tellEnded(ended: EndedSaga): Promise<void> {
    this.out.mustArrive = true;
    // One that undoes another has done what it was for.
    if (ended.outcome.outcome === 'rejected') this.exitWith(1);
    await this.print(toEndedJson(ended), formatEnded(ended));
  }
}
