// Goal: what holds in memory holds on LMDB, through rebuilds too. Method: the games of model.unit.test.ts, fewer of them,
// on a directory; in the second part through `openEnvironment`, whose generations any handle may replace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { runs } from '../kit/length.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { type Backend, openFaulty } from './cluster.ts';
import { games, makeEverythingSmall, play } from './play.ts';

makeEverythingSmall();

function onDisk(open: (dir: string) => Backend['open']): Backend {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-model-'));
  return { open: open(dir), dispose: async () => rmSync(dir, { recursive: true, force: true }) };
}

const lmdb = () => onDisk((dir) => (options) => openFaulty(openLmdbStorage({ dir: join(dir, 'env') }), options));

const generations = () =>
  onDisk((dir) => async ({ app, clock, bound }) => {
    const env = await openEnvironment(join(dir, 'env'), {
      create: true,
      checkpointRecords: bound ?? 0,
      ...(app && { app }),
      ...(clock && { clock }),
    });
    return { env, storage: new FaultyStorage(env.handle.storage) };
  });

describe('the engine on LMDB and the model', () => {
  it(
    'agree with several handles, mixed bounds, faults and deaths',
    async () => {
      await fc.assert(
        fc.asyncProperty(games(40, { faults: true }), (each) => play(lmdb(), each)),
        { numRuns: Math.ceil(20 * runs) },
      );
    },
    120_000 * Math.max(1, runs),
  );

  it(
    'agree on sessions, too',
    async () => {
      await fc.assert(
        fc.asyncProperty(games(30, { faults: true, sessions: true }), (each) => play(lmdb(), each)),
        { numRuns: Math.ceil(10 * runs) },
      );
    },
    120_000 * Math.max(1, runs),
  );

  it(
    'agree while generations are replaced under open handles',
    async () => {
      await fc.assert(
        fc.asyncProperty(games(25, { rebuilds: true, sessions: true }), (each) => play(generations(), each)),
        { numRuns: Math.ceil(10 * runs) },
      );
    },
    120_000 * Math.max(1, runs),
  );
});
