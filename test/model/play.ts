import fc from 'fast-check';
import type { Environment } from '../../src/environment/environment.ts';
import { initialise } from '../../src/environment/open-generation.ts';
import { Refold } from '../../src/replay/refold.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock, type World } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';
import { type Action, action } from './actions.ts';
import { checkAll } from './check.ts';
import { type Backend, Cluster } from './cluster.ts';
import { type SessionAction, sessionAction } from './session-actions.ts';

/** How much longer than usual to look; a failure prints the seed that repeats it. */

/** Chunks, slices and batches so small that fifty actions cross their edges. */
export function makeEverythingSmall(): void {
  shrinkLimits({
    sliceRows: 2,
    appliedPerChunk: 4,
    postingsPerChunk: 3,
    scanInOrderMax: 0,
    batchRecordsMax: 4,
    atOnceRecordsMax: 2,
    tailAgeMsMax: 500,
  });
}

/** What a run is made of. */
export interface Game {
  readonly bounds: readonly number[];
  readonly actions: readonly (Action | SessionAction)[];
  /** Positions to look back to. */
  readonly moments: readonly number[];
}

const bound = fc.constantFrom(0, 1, 7, Number.POSITIVE_INFINITY);

/** Random games of `actions` actions at most, with one to three handles. */
export function games(
  actions: number,
  kinds: { readonly faults?: boolean; readonly rebuilds?: boolean; readonly sessions?: boolean },
  bounds: fc.Arbitrary<readonly number[]> = fc.array(bound, { minLength: 2, maxLength: 3 }),
): fc.Arbitrary<Game> {
  const ofRequests = { weight: 1, arbitrary: action(kinds) };
  const either = fc.oneof(ofRequests, { weight: kinds.sessions ? 2 : 0, arbitrary: sessionAction });
  return fc.record({
    bounds,
    actions: fc.array(either, { minLength: 5, maxLength: actions }),
    moments: fc.array(fc.nat(60), { minLength: 2, maxLength: 4 }),
  });
}

/** Plays a game, comparing after each action, and in full at the end: every handle, a reader, and a newcomer. */
export async function play(backend: Backend, { bounds, actions, moments }: Game): Promise<void> {
  const cluster = await Cluster.open(backend, bounds);
  try {
    for (const each of actions) await cluster.perform(each);
    const { model, world } = cluster;
    for (const { env, storage } of cluster.members) {
      storage.heal();
      if (!storage.dead) await checkAll(env, model, world.time, moments);
    }
    await checkAll(cluster.observer, model, world.time, moments);
    const last = await cluster.settle();
    await checkAll(last, model, world.time, moments);
    await checkAll(await replayed(last, world), model, world.time, moments);
  } finally {
    await cluster.dispose();
  }
}

/** Another environment, made from nothing but the log. */
async function replayed(env: Environment, world: World): Promise<Environment> {
  const storage = openMemoryStorage();
  await initialise(storage);
  await new Refold(storage).copy(env);
  return openOn(storage, { clock: new SteeredClock(world), bound: Number.POSITIVE_INFINITY });
}
