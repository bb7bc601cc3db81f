import type { SessionHost } from './session-host.ts';
import type { Worker, WorkOptions } from './work.ts';

/** Starts a worker. The code of workers is loaded only by those who work. */
export function work(host: SessionHost, options: WorkOptions = {}): Worker {
  const parts = Promise.all([import('./worker.ts'), import('../sagas/turn-kinds.ts')]);
  const started = parts.then(([{ startWorker }, { sagaTurnKinds }]) => startWorker(host, options, sagaTurnKinds));
  const done = started.then((worker) => worker.done);
  // Whoever waits for `done` hears of it; nobody has to.
  done.catch(() => undefined);
  return {
    done,
    stop: async () => (await started).stop(),
    kill: async () => (await started).kill(),
  };
}
