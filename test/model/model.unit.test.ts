// Goal: whatever happens in whatever order, an environment answers as a naive second engine does, and nobody can see when
// checkpoints are written. Method: random sequences of actions on one to three handles over one memory, with bounds of
// 0, 1, 7 and infinity, faults and deaths at random writes. TXLOG_RUNS multiplies the runs; a failure prints its seed.
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

describe('the engine and the model', () => {
  it.each([0, 1, 7, Number.POSITIVE_INFINITY])(
    'agree with one handle and a bound of %d',
    async (one) => {
      const game = games(40, {}, fc.constant([one]));
      await fc.assert(
        fc.asyncProperty(game, (each) => play(memory(), each)),
        { numRuns: Math.ceil(15 * runs) },
      );
    },
    60_000 * Math.max(1, runs),
  );

  it(
    'agree with several handles, mixed bounds, faults and deaths',
    async () => {
      await fc.assert(
        fc.asyncProperty(games(50, { faults: true }), (each) => play(memory(), each)),
        { numRuns: Math.ceil(60 * runs) },
      );
    },
    120_000 * Math.max(1, runs),
  );
});
