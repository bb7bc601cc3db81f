import type { SessionHost } from './session-host.ts';
import type { Worker, WorkOptions } from './work.ts';

/** Starts a worker. The code of workers is loaded only by those who work. */
export function work(host: SessionHost, options: WorkOptions = {}): Worker {
  const started = import('./worker.ts').then(({ startWorker }) => startWorker(host, options));
  const done = started.then((worker) => worker.done);
  // Whoever waits for `done` hears of it; nobody has to.
  done.catch(() => undefined);
  return {
    done,
    stop: async () => (await started).stop(),
    kill: async () => (await started).kill(),
  };
}
