import { setImmediate as nextTurn } from 'node:timers/promises';
import { v7 as timeOrderedId } from 'uuid';
import { compileApp } from '../../src/app/load-app.ts';
import { type App, emptyApp } from '../../src/core/app/app.ts';
import { limits } from '../../src/core/base/limits.ts';
import { Environment } from '../../src/environment/environment.ts';
import { lazyAdapters } from '../../src/environment/lazy-adapters.ts';
import { type Generation, initialise } from '../../src/environment/open-generation.ts';
import type { EnvironmentParts } from '../../src/environment/parts.ts';
import { TypeRegistry } from '../../src/layout/type-registry.ts';
import { memoryLeases } from '../../src/leases/memory-leases.ts';
import { localOrder } from '../../src/order/local/local-order.ts';
import { Pipeline } from '../../src/pipeline/0-loop.ts';
import type { AttachmentStore } from '../../src/ports/attachment-store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Leases } from '../../src/ports/leases.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { sagaTurnKinds } from '../../src/sagas/saga-turn-kinds.ts';
import { memoryAttachments } from '../../src/storage/memory/memory-attachments.ts';
import { View } from '../../src/view/view.ts';

/** Time that stands still until a test moves it, for all clocks that share it. */
export interface World {
  time: number;
}

/** The clock of one process in a world. */
export class SteeredClock implements Clock {
  /** What `elapsed` adds each time it is asked. */
  elapsedStep = 0;
  private readonly world: World;
  private readonly timers = new Set<() => void>();
  private sinceStart = 0;

  constructor(world: World) {
    this.world = world;
  }

  now(): number {
    return this.world.time;
  }

  elapsed(): number {
    this.sinceStart += this.elapsedStep;
    return this.sinceStart;
  }

  after(_ms: number, callback: () => void): () => void {
    this.timers.add(callback);
    return () => void this.timers.delete(callback);
  }

  yield(): Promise<void> {
    return nextTurn();
  }

  /** Lets all waiting timers run out. */
  fire(): void {
    const due = [...this.timers];
    this.timers.clear();
    for (const callback of due) callback();
  }
}

/** How to open an environment on a storage. */
export interface OpenOn {
  readonly app?: App;
  readonly clock?: Clock;
  /** Bound of a checkpoint in records; the default of the engine when absent. */
  readonly bound?: number;
  /** Those that other environments of the same world have; its own when absent. */
  readonly leases?: Leases;
  readonly random?: () => number;
  /** What steps reach outside of it; what this machine has when absent. */
  readonly outside?: Partial<Pick<EnvironmentParts, 'effects' | 'services'>>;
}

/** Opens an environment on any storage, as `openEnvironment` does on LMDB; makes it when the storage is empty. */
export async function openOn(storage: Storage, options: OpenOn = {}): Promise<Environment> {
  const clock = options.clock ?? new SteeredClock({ time: 1_700_000_000_000 });
  const app = options.app ? await compileApp(options.app, 'the test') : emptyApp;
  const format = await initialise(storage);
  let connections = 0;
  const bounds = { records: options.bound ?? limits.checkpointRecords, bytes: limits.checkpointBytes, left: 0 };
  const makeId = () => timeOrderedId();
  const attachments = memoryAttachments(clock);
  const start = (handle: Generation, kept: AttachmentStore = attachments) => {
    const order = localOrder(handle.storage, { withIndexes: bounds.records === 0 });
    const { storage: own, view } = handle;
    const deps = { storage: own, view, clock, app, bounds, order, makeId, attachments: kept };
    return { handle, pipeline: new Pipeline(deps) };
  };
  const connect = async () => {
    connections += 1;
    if (connections > 1) throw new Error('a storage on its own has no second generation');
    return start({ storage, view: new View(new TypeRegistry()), format, generation: 1 });
  };
  const { leases = memoryLeases(clock), random = () => 0.5 } = options;
  const connection = await connect();
  const nothing = () => Promise.reject(new Error('no other environments'));
  const outside = { ...lazyAdapters(app, { open: nothing, load: nothing }), ...options.outside };
  const loadTurnKinds = async () => sagaTurnKinds;
  const made = { makeId, loadTurnKinds, start, connect, connection };
  const parts = { dir: ':memory:', app, clock, leases, attachments, random, ...made };
  return new Environment({ ...parts, ...outside });
}

/** Waits until nothing happens any more in `storage`. */
export async function untilQuiet(storage: { readonly writes: number }): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet++) {
    const before = storage.writes;
    await nextTurn();
    if (storage.writes !== before) quiet = -1;
  }
}
