import { openEnvironment } from '../../src/index.ts';

/** What a worker of a benchmark does with a session: ends it at once, or after some computing, or never answers. */
export type Advice = 'remove' | 'compute' | 'hang';

const computeMs = 3;

/** A worker in a process of its own: tells its parent when it is ready, when it is asked for a job, and its CPU time. */
export async function beWorker(order: string): Promise<void> {
  const { path, advice } = JSON.parse(order) as { readonly path: string; readonly advice: Advice };
  const advisor = () => {
    if (advice !== 'compute') process.send?.({ at: performance.timeOrigin + performance.now() });
    else compute();
    return advice === 'hang' ? new Promise<never>(() => {}) : ({ op: 'remove' } as const);
  };
  const env = await openEnvironment(path, { app: { themes: { job: { advisor, concurrency: 64, lease: 600 } } } });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  });
  const worker = env.work({ themes: ['job'], concurrency: 64, lease: 600 });
  process.send?.({ at: 0 });
  await worker.done;
}

/** Keeps a core busy, as real work would. */
function compute(): void {
  const until = performance.now() + computeMs;
  while (performance.now() < until);
}
