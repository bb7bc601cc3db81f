import type { Change } from '../../core/fold/change.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { RanOut } from '../../core/log/request.ts';

interface OpenClaim {
  readonly owner: string;
  /** By the clock of the origin, in ms since 1970. */
  readonly until: number;
}

const ends: ReadonlySet<Change['op']> = new Set(['confirm', 'release', 'expire']);

/**
 * The pending claims of a dump. What is decided here has the time of here, where such a claim is young; so it is the
 * origin's time that tells whether it had run out there when a later record was decided.
 */
export class OpenClaims {
  private readonly claims = new Map<string, OpenClaim>();
  private earliest = Number.POSITIVE_INFINITY;
  private waiting: RanOut[] = [];

  /** Goes on to a record; the claims that had run out before it since they were last taken. */
  moveTo({ time }: LogRecord): void {
    if (time < this.earliest) return;
    this.earliest = Number.POSITIVE_INFINITY;
    for (const [key, { owner, until }] of this.claims) {
      if (until > time) {
        this.earliest = Math.min(this.earliest, until);
        continue;
      }
      this.claims.delete(key);
      this.waiting.push({ key, owner });
    }
  }

  /** The claims that have run out; each is given once. */
  take(): readonly RanOut[] {
    const { waiting } = this;
    if (waiting.length > 0) this.waiting = [];
    return waiting;
  }

  /** Notes what a record did to claims. */
  note({ id, time, outcome, changes }: LogRecord): void {
    if (outcome === 'rejected') return;
    for (const { op, key, pending } of changes) {
      if (ends.has(op)) this.claims.delete(key);
      if (op !== 'claim') continue;
      this.claims.delete(key);
      if (pending === undefined) continue;
      const until = time + Math.round(pending * 1_000);
      this.claims.set(key, { owner: id, until });
      this.earliest = Math.min(this.earliest, until);
    }
  }
}
