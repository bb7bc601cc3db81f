import { limits } from '../core/base/limits.ts';
import type { Clock } from '../ports/clock.ts';
import { generationDir } from '../storage/lmdb/generation.ts';
import { Checkpointer } from '../view/checkpointer.ts';
import { becomeCheckpointer, remainCheckpointer, retireCheckpointer } from './checkpointer-file.ts';
import { type Generation, openNewestGeneration } from './open-generation.ts';

/** How long checkpoints are made, and by which clock. */
export interface CheckpointRun {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Records after which one is made. */
  readonly records: number;
}

/**
 * Makes the checkpoints of the environment in `dir` until `signal`, or until nothing happened for a while, or the environment
 * moved to another generation. Returns where another process makes them.
 *
 * Errors: those of opening, and of the storage.
 */
export async function keepCheckpoints(dir: string, run: CheckpointRun): Promise<void> {
  const opened = await openNewestGeneration({
    dir,
    readOnly: false,
    create: false,
    mapBytes: undefined,
    reserveBytes: undefined,
    journal: false,
  });
  const place = generationDir(dir, opened.generation);
  try {
    if (!becomeCheckpointer(place)) return;
    await follow(opened, place, run);
  } finally {
    retireCheckpointer(place);
    await opened.storage.close();
  }
}

/** How often it says that it lives. */
const signMs = 1_000;

async function follow({ storage, view }: Generation, place: string, run: CheckpointRun): Promise<void> {
  const { signal, clock, records } = run;
  const bounds = { records, bytes: limits.backgroundBytes, left: 0 };
  const checkpointer = new Checkpointer({ storage, view, clock, bounds });
  let [movedAt, signedAt, position] = [clock.elapsed(), clock.elapsed(), -1];
  while (!signal.aborted && clock.elapsed() - movedAt < limits.backgroundIdleMs) {
    if (clock.elapsed() - signedAt >= signMs) {
      if (!remainCheckpointer(place)) return;
      signedAt = clock.elapsed();
    }
    storage.read((snapshot) => view.catchUp(snapshot));
    if (view.head.position !== position) {
      position = view.head.position;
      movedAt = clock.elapsed();
    }
    while (await checkpointer.step()) await clock.yield();
    if (clock.elapsed() - movedAt >= limits.idleMs) await checkpointer.finish();
    await restUntilLook({ signal, clock });
  }
}

function restUntilLook({ signal, clock }: Omit<CheckpointRun, 'records'>): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const cancel = clock.after(limits.backgroundLookMs, over, { keepsAlive: true });
    function over() {
      cancel();
      signal.removeEventListener('abort', over);
      done();
    }
    signal.addEventListener('abort', over);
  });
}
