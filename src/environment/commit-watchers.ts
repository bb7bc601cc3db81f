import type { Storage } from '../ports/storage.ts';

/** The watchers of commits, and how each is told now: followers outlive the generation that they began in. */
export class CommitWatchers {
  private readonly stops = new Map<() => void, () => void>();

  /** Tells `changed` of commits to `storage`; returns how to stop. */
  add(changed: () => void, storage: Storage): () => void {
    // A function of its own: the same callback may be given twice.
    const tell = () => changed();
    this.stops.set(tell, storage.watch(tell));
    return () => {
      this.stops.get(tell)?.();
      this.stops.delete(tell);
    };
  }

  /** All hear at once, such as that there is nothing more to hear. */
  tellAll(): void {
    for (const tell of [...this.stops.keys()]) tell();
  }

  /** Another storage took the place of the one before: all hear of it, and of its commits from now on. */
  moveTo(storage: Storage): void {
    for (const [tell, stop] of this.stops) {
      stop();
      this.stops.set(tell, storage.watch(tell));
      tell();
    }
  }
}
