import type { Turn } from '../../../src/core/app/theme.ts';
import type { SimProcess } from './world.ts';

/** One that acts in the name of a session. */
interface Holder {
  readonly process: SimProcess;
  readonly turn: Turn;
  /** Whether its process was stopped for as long as its lease lasts: it may think that it leads, and is wrong. */
  isLate: boolean;
}

/** The outside world, as far as advisors touch it: it sees who leads what, when. */
export class Effects {
  turns = 0;
  /** What must not have happened. Told at the end: what an advisor throws is the engine's to swallow. */
  readonly problems: string[] = [];
  private readonly holders = new Map<string, Set<Holder>>();
  private readonly epochs = new Map<string, number>();

  /** Someone begins to act for a session: nobody else may be at it who still has a lease. */
  begin(process: SimProcess, turn: Turn): () => void {
    this.turns += 1;
    const holders = this.holders.get(turn.session) ?? new Set();
    this.holders.set(turn.session, holders);
    const others = [...holders].filter((other) => !other.isLate && !other.process.isDead && !other.turn.signal.aborted);
    for (const { turn: other } of others)
      this.problems.push(`${turn.session} is led in epochs ${other.epoch} and ${turn.epoch} at once`);
    const epoch = this.epochs.get(turn.session) ?? 1;
    if (turn.epoch < epoch) this.problems.push(`${turn.session} is led in epoch ${turn.epoch} after ${epoch}`);
    this.epochs.set(turn.session, Math.max(epoch, turn.epoch));
    const holder = { process, turn, isLate: false };
    holders.add(holder);
    return () => void holders.delete(holder);
  }

  /** A process was stopped for longer than its leases last. */
  outlived(process: SimProcess): void {
    for (const holders of this.holders.values())
      for (const holder of holders) if (holder.process === process) holder.isLate = true;
  }
}
