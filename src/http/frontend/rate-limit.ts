import { setTimeout as pause } from 'node:timers/promises';
import { TxlogError } from '../../core/base/errors.ts';
import type { Clock } from '../../index.ts';

/** So many clients are remembered; beyond it, those who asked longest ago are forgotten. */
const rememberedMax = 10_000;

/** A bucket that fills at a rate, and from which each request takes a token. Source: RFC 2697, with one bucket. */
interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Bounds the requests of each client: so many a second, and as many at once. */
export class RateLimit {
  private readonly perSecond: number;
  private readonly clock: Pick<Clock, 'elapsed'>;
  private readonly buckets = new Map<string, Bucket>();

  constructor(perSecond: number, clock: Pick<Clock, 'elapsed'>) {
    this.perSecond = perSecond;
    this.clock = clock;
  }

  /** Counts one request of a client. Errors: RATE_LIMITED; it is not counted then. */
  take(client: string): void {
    if (this.filled(client) < 1)
      throw new TxlogError('RATE_LIMITED', `over ${this.perSecond} requests a second came from one client`);
    this.count(client, 1);
  }

  /** Counts requests of a stream, and waits until the client may have made so many. */
  async pace(client: string, requests: number, until: AbortSignal): Promise<void> {
    const debt = -this.count(client, requests);
    if (debt > 0) await pause((debt / this.perSecond) * 1_000, undefined, { signal: until }).catch(() => undefined);
  }

  private filled(client: string): number {
    const bucket = this.buckets.get(client);
    if (!bucket) return this.perSecond;
    const since = (this.clock.elapsed() - bucket.at) / 1_000;
    return Math.min(this.perSecond, bucket.tokens + since * this.perSecond);
  }

  private count(client: string, requests: number): number {
    const tokens = this.filled(client) - requests;
    // At the end again: the first ones of the map asked longest ago.
    this.buckets.delete(client);
    this.buckets.set(client, { tokens, at: this.clock.elapsed() });
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > rememberedMax && oldest !== undefined) this.buckets.delete(oldest);
    return tokens;
  }
}

/** The name under which the requests of a client are counted: the one who asks, else the machine. */
export function clientOf({ actor, ip }: { readonly actor: string | undefined; readonly ip: string }): string {
  return actor === undefined ? `address ${ip}` : `actor ${actor}`;
}
