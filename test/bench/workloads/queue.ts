import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Environment, openEnvironment } from '../../../src/index.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import type { Advice } from '../queue-worker.ts';
import { jobData, type QueueFloor, RawQueue, SqliteQueue } from '../raw-queue.ts';
import { hasSqlite } from '../sqlite.ts';
import { quantile, Stopwatch } from '../timing.ts';

const inFlight = 64;
const app = { themes: { job: { advisor: () => ({ op: 'remove' }) as const, concurrency: inFlight } } };

/** W6: jobs are enqueued, led and completed, all of it durable, 64 of each under way at once. */
export const w6: Workload = {
  name: 'w6',
  what: 'jobs enqueued by 64 callers, led and completed by one worker, each step durable',
  count: { full: 50_000, quick: 5_000 },
  sides: {
    engine,
    raw: (run) => floor(run, new RawQueue(run.dir)),
    ...(hasSqlite && { sqlite: (run: Run) => floor(run, new SqliteQueue(join(run.dir, 'queue.db'))) }),
  },
  conclude: ({ engine: ours, raw, sqlite }) => [
    ratio('jobs, to raw lmdb in groups of 64', ours, raw, 4),
    ...(sqlite ? [ratio('jobs, to SQLite in groups of 64', ours, sqlite)] : []),
  ],
};

/** What waits costs nothing: the next session, and the stuck ones, among a million that wait. */
export const w6m: Workload = {
  name: 'w6-million',
  what: 'a million sessions wait: taking the next, and listing the stuck',
  count: { full: 1_000_000, quick: 50_000 },
  sides: { engine: million },
  conclude: ({ engine: found = {} }) => [
    { what: 'taking the next session, p99', value: found.leadMs ?? 0, unit: 'ms', target: { below: 10 } },
    { what: 'listing the stuck', value: found.stuckMs ?? 0, unit: 'ms', target: { below: 10 } },
  ],
};

/** From an enqueue to its completion, when nothing else happens; and from the death of a worker to the end of its work. */
export const w6k: Workload = {
  name: 'w6-latency',
  what: 'an idle worker in another process; a worker that is killed with 64 sessions led',
  count: { full: 200, quick: 30 },
  sides: { engine: latency },
  conclude: ({ engine: found = {} }) => [
    { what: 'enqueue to done, idle, median', value: found.doneMs ?? 0, unit: 'ms' },
    {
      what: 'enqueue to heard by an idle worker, median',
      value: found.heardMs ?? 0,
      unit: 'ms',
      target: { below: 20 },
    },
    { what: 'CPU of an idle worker', value: found.idlePercent ?? 0, unit: '%', target: { below: 1 } },
    { what: 'kill -9 to all 64 done by another, of leases of 600 s', value: found.recoveryMs ?? 0, unit: 'ms' },
  ],
};

/** Several workers at once, of sessions that take some computing. */
export const w6s: Workload = {
  name: 'w6-scale',
  what: 'sessions of 3 ms of computing each, by one worker process and by two',
  count: { full: 2_000, quick: 300 },
  sides: { one: (run) => scale(run, 1), two: (run) => scale(run, 2) },
  conclude: ({ one = {}, two = {} }) => [
    { what: 'two workers to one', value: (two.perSecond ?? 0) / (one.perSecond ?? 1), unit: '' },
  ],
};

async function scale({ dir, count }: Run, workers: number): Promise<Figures> {
  const path = join(dir, 'env');
  const env = await openEnvironment(path, { create: true, app });
  await env.sessions.changeTheme('job', { paused: true });
  for (let i = 0; i < count; i++) await env.sessions.create('job', jobData(i));
  const started = await Promise.all(Array.from({ length: workers }, () => startWorker(path, 'compute')));
  const watch = new Stopwatch();
  try {
    await watch.time(async () => {
      await env.sessions.changeTheme('job', { paused: false });
      // Seldom, so that the one who asks takes no core from the workers.
      while ((await env.sessions.theme('job')).counts.removed < count) await sleep(50);
    });
    return watch.figures(count);
  } finally {
    for (const worker of started) worker.kill('SIGKILL');
    await env.close();
  }
}

async function engine({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { create: true, app });
  const worker = env.work({ themes: ['job'], concurrency: inFlight });
  const watch = new Stopwatch();
  const latencies: number[] = [];
  await watch.time(async () => {
    let next = 0;
    const caller = async () => {
      for (let i = next++; i < count; i = next++) {
        const sent = performance.now();
        await env.sessions.create('job', jobData(i));
        latencies.push(performance.now() - sent);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    await emptied(env, count);
  });
  const report = await worker.stop();
  check('jobs done', report.removed, count);
  check('sessions left', (await env.head()).counts.sessions, 0);
  await env.close();
  return { ...watch.figures(count), p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

/** Waits, without asking again and again, until so many sessions of the theme are done. */
async function emptied(env: Environment, count: number): Promise<void> {
  let wake = () => {};
  const stop = env.watch(() => wake());
  try {
    for (;;) {
      const heard = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if ((await env.sessions.theme('job')).counts.removed >= count) return;
      await heard;
    }
  } finally {
    stop();
  }
}

/** A loop as one would write it by hand: each commit takes what 64 callers wait for. */
async function floor({ count }: Run, queue: QueueFloor): Promise<Figures> {
  const watch = new Stopwatch();
  await watch.time(() => {
    let leased: readonly number[] = [];
    for (let from = 0; from < count || leased.length > 0; from += inFlight) {
      if (from < count) queue.enqueue(from, Math.min(count, from + inFlight));
      queue.complete(leased);
      leased = queue.lease(inFlight);
    }
  });
  check('jobs left', queue.left, 0);
  await queue.close();
  return watch.figures(count);
}

async function million({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { create: true, app });
  const operations = 1_000;
  for (let from = 0; from < count; from += operations) {
    await env.operate(
      Array.from({ length: Math.min(operations, count - from) }, (_, i) => ({
        op: 'new' as const,
        session: `job-${from + i}`,
        theme: 'job',
        chunk: { data: from + i },
        bytes: 8,
      })),
    );
  }
  await env.close();
  const again = await openEnvironment(join(dir, 'env'), { app });
  const leads: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    const started = performance.now();
    const led = await again.sessions.lead({ theme: 'job' }, 'bench', 1);
    leads.push(performance.now() - started);
    check('led', led.ok && led.session, `job-${i}`);
  }
  // Until the lease of the last one has run out.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const started = performance.now();
  const stuck = await again.sessions.stuck();
  const stuckMs = performance.now() - started;
  check('stuck', stuck.length, 1_000);
  await again.close();
  return { leadMs: quantile(leads, 0.99), stuckMs };
}

async function latency({ dir, count }: Run): Promise<Figures> {
  const path = join(dir, 'env');
  const env = await openEnvironment(path, { create: true, app });
  await env.sessions.changeTheme('job');
  const first = await startWorker(path, 'remove');
  const done: number[] = [];
  const heard: number[] = [];
  try {
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const told = once(first, 'message');
      const sent = performance.timeOrigin + performance.now();
      await env.sessions.create('job', jobData(i));
      const [{ at }] = (await told) as [{ readonly at: number }];
      await emptied(env, i + 1);
      heard.push(at - sent);
      done.push(performance.timeOrigin + performance.now() - sent);
    }
    const idlePercent = await idle(first);
    first.kill('SIGKILL');
    const recoveryMs = await recovery(env, path, count);
    return { doneMs: quantile(done, 0.5), heardMs: quantile(heard, 0.5), idlePercent, recoveryMs };
  } finally {
    first.kill('SIGKILL');
    await env.close();
  }
}

/** CPU of a worker that nothing happens to, in percent of one core. */
async function idle(worker: ReturnType<typeof fork>): Promise<number> {
  const seconds = 5;
  worker.send('cpu');
  const [before] = (await once(worker, 'message')) as [{ readonly cpu: number }];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  worker.send('cpu');
  const [after] = (await once(worker, 'message')) as [{ readonly cpu: number }];
  return ((after.cpu - before.cpu) / 1e6 / seconds) * 100;
}

async function recovery(env: Environment, path: string, done: number): Promise<number> {
  const doomed = await startWorker(path, 'hang');
  for (let i = 0; i < inFlight; i++) await env.sessions.create('job', jobData(i));
  for (;;) {
    if ((await env.sessions.theme('job')).counts.active === inFlight) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const survivor = env.work({ themes: ['job'], concurrency: inFlight });
  const killed = performance.now();
  doomed.kill('SIGKILL');
  await emptied(env, done + inFlight);
  const ms = performance.now() - killed;
  await survivor.stop();
  return ms;
}

async function startWorker(path: string, advice: Advice) {
  const worker = fork(process.argv[1] as string, ['--worker', JSON.stringify({ path, advice })]);
  await once(worker, 'message');
  return worker;
}

function ratio(what: string, ours: Figures = {}, theirs: Figures = {}, atLeast?: number): Finding {
  const rate = ({ perSecond = 0, cpuMicros = 0 }: Figures) =>
    `${Math.round(perSecond)}/s (${cpuMicros.toFixed(1)} µs CPU)`;
  const detail = `engine ${rate(ours)}, enqueue p50 ${ours.p50Ms?.toFixed(2)} ms, p99 ${ours.p99Ms?.toFixed(1)} ms; floor ${rate(theirs)}`;
  const value = (ours.perSecond ?? 0) / (theirs.perSecond ?? 1);
  return { what, value, unit: '', detail, ...(atLeast !== undefined && { target: { atLeast } }) };
}
