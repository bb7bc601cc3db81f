import type { SessionHost } from '../host/session-host.ts';
import type { Worker, WorkOptions } from '../turn/work-events.ts';
import type { TurnKind } from './turn-kind.ts';

/** Loads the kinds of turns that workers run without an advisor, such as those of sagas. */
export type LoadTurnKinds = () => Promise<readonly TurnKind[]>;

/** Starts a worker. The code of workers is loaded only by those who work. */
export function startWork(host: SessionHost, loadTurnKinds: LoadTurnKinds, options: WorkOptions = {}): Worker {
  const parts = Promise.all([import('./worker.ts'), loadTurnKinds(), host.services.prepare()]);
  const started = parts.then(([{ startWorker }, turnKinds]) => startWorker(host, options, turnKinds));
  const done = started.then((worker) => worker.done);
  // A caller may wait for `done`; nobody has to.
  done.catch(() => undefined);
  return {
    done,
    stop: async () => (await started).stop(),
    kill: async () => (await started).kill(),
  };
}
