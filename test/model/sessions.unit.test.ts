// Goal: whatever happens to sessions, in whatever order, from whatever handle, they are what their definition says: the
// same answers, lists, counts, data and past. Method: as in model.unit.test.ts, with operations of operators with right
// and stale epochs, takeovers, races, requests that end sessions, and a clock that jumps.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { runs } from '../kit/length.ts';
import { type Backend, openFaulty } from './cluster.ts';
import { games, makeEverythingSmall, play } from './play.ts';

makeEverythingSmall();

function memory(): Backend {
  const files = new MemoryFiles();
  return { open: (options) => openFaulty(openMemoryStorage(files), options), dispose: () => Promise.resolve() };
}

describe('sessions and their model', () => {
  it.each([0, 1, 7, Number.POSITIVE_INFINITY])(
    'agree with one handle and a bound of %d',
    async (one) => {
      const game = games(40, { sessions: true }, fc.constant([one]));
      await fc.assert(
        fc.asyncProperty(game, (each) => play(memory(), each)),
        { numRuns: Math.ceil(10 * runs) },
      );
    },
    60_000 * Math.max(1, runs),
  );

  it(
    'agree with several handles, mixed bounds, faults and deaths',
    async () => {
      await fc.assert(
        fc.asyncProperty(games(50, { faults: true, sessions: true }), (each) => play(memory(), each)),
        { numRuns: Math.ceil(40 * runs) },
      );
    },
    120_000 * Math.max(1, runs),
  );
});
