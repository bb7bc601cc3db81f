import { setMaxListeners } from 'node:events';
import type { Lease, NewOperator } from '../../ports/leases.ts';
import type { SessionHost } from '../host/session-host.ts';

const renewalsPerLease = 3;

/** One who leads sessions. It shows that it is alive until it ends, or notices that its lease is lost. */
export class LeaseHolder {
  readonly id: string;
  /** Seconds. */
  readonly lease: number;
  private readonly host: SessionHost;
  private readonly held: Lease;
  private readonly lost = new AbortController();
  private renewed: number;
  private cancel: () => void = () => {};
  /** Why the lease could not be renewed last. */
  private problem: Error | undefined;

  /** Errors: ENV_READ_ONLY, STORAGE_FAILED. */
  constructor(host: SessionHost, operator: NewOperator) {
    this.host = host;
    this.id = operator.id;
    this.lease = operator.lease;
    this.renewed = host.clock.elapsed();
    this.held = host.leases.hold(operator);
    // Each turn listens.
    setMaxListeners(0, this.lost.signal);
    this.renewLater();
  }

  /** Aborts when the lease is lost: what this operator led is taken from it, or soon will be. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Whether the lease is lost: a process that was stopped may find that out before its timer does. */
  get isLost(): boolean {
    const isLate = this.host.clock.elapsed() - this.renewed >= this.lease * 1000;
    if (isLate && !this.signal.aborted) this.lost.abort(this.problem ?? new Error('the lease ran out'));
    return this.signal.aborted;
  }

  /** Ends in order. Who led sessions that are still led leaves them to the janitor by `abandon`. */
  end(): void {
    this.cancel();
    if (!this.signal.aborted) this.held.end();
  }

  /** Shows no more signs of life, so that what is still led in its name is found. */
  abandon(): void {
    this.cancel();
  }

  /** Keeps the process alive: it has sessions to see to. */
  private renewLater(): void {
    const ms = (this.lease * 1000) / renewalsPerLease;
    this.cancel = this.host.clock.after(ms, () => this.renew(), { keepsAlive: true });
  }

  private renew(): void {
    if (this.isLost) return;
    try {
      if (this.held.renew()) this.renewed = this.host.clock.elapsed();
      else this.lost.abort(new Error('the lease was lost'));
    } catch (error) {
      // A write that fails now may succeed in time: the lease lasts until it runs out.
      this.problem = error as Error;
    }
    if (!this.signal.aborted) this.renewLater();
  }
}
