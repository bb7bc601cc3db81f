import type { App } from '../../src/core/app/app.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { memoryLeases } from '../../src/leases/memory-leases.ts';
import type { Leases } from '../../src/ports/leases.ts';
import type { SessionReading } from '../../src/sessions/read/read-session.ts';
import type { WorkEvent, WorkOptions } from '../../src/sessions/turn/work-events.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { openOn } from '../sim/open-env.ts';
import { TimedClock } from './timed-clock.ts';

/** One environment in memory that several processes have open, and the time of their machine. */
export class Workplace {
  readonly clock = new TimedClock();
  readonly leases: Leases = memoryLeases(this.clock);
  private readonly files = new MemoryFiles();

  /** Opens it as another process does; its writes fail on demand. */
  async open(app: App = {}): Promise<{ readonly env: Environment; readonly storage: FaultyStorage }> {
    const storage = new FaultyStorage(openMemoryStorage(this.files));
    const { clock, leases } = this;
    return { storage, env: await openOn(storage, { app, clock, leases }) };
  }
}

/** Starts a worker, and keeps what it tells. Resolves once it works. */
export async function working(env: Environment, options: WorkOptions = {}) {
  const events: WorkEvent[] = [];
  const begun = deferred<void>();
  const onEvent = (event: WorkEvent) => {
    events.push(event);
    begun.resolve();
  };
  const worker = env.work({ ...options, onEvent });
  // The code of workers is loaded by the first of them, which takes real time.
  await Promise.race([begun.promise, worker.done]);
  return { worker, events, of: (type: WorkEvent['type']) => events.filter((event) => event.type === type) };
}

/** All sessions as they are. */
export async function all(env: Environment): Promise<readonly SessionReading[]> {
  const sessions: SessionReading[] = [];
  for await (const session of env.sessions.list()) sessions.push(session);
  return sessions;
}

/** A promise, and how to settle it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
