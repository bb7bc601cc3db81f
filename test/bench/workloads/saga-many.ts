import { join } from 'node:path';
import type { SagaEvent } from '../../../src/core/app/saga.ts';
import type { Operation } from '../../../src/core/log/operation.ts';
import { type Environment, openEnvironment } from '../../../src/index.ts';
import { check, type Figures, type Run, type Workload } from '../measure.ts';
import { anonymousMegabytes } from '../process-figures.ts';
import { sagaInput } from '../raw-saga.ts';
import { Stopwatch } from '../timing.ts';
import { dialogsApp } from './saga.ts';

const firstPage = 100;
/** One of so many waits for a person. */
const parkedEvery = 100;

/** What has not ended: found, and taken to its end after all workers were away. */
export const w3m: Workload = {
  name: 'sagas-100k',
  what: 'a hundred thousand sagas have not ended: listing them, and resuming those that are due',
  count: { full: 100_000, quick: 5_000 },
  sides: { engine: many },
  conclude: ({ engine: found = {} }) => [
    { what: `listing the first ${firstPage} incomplete`, value: found.pageMs ?? 0, unit: 'ms', target: { below: 20 } },
    { what: 'listing all incomplete', value: found.allPerSecond ?? 0, unit: '/s' },
    { what: 'listing the stuck among them, 1 %', value: found.stuckMs ?? 0, unit: 'ms' },
    { what: 'start of a worker to the end of a first saga', value: found.firstMs ?? 0, unit: 'ms' },
    {
      ...{ what: 'resumed, two steps each', value: found.perSecond ?? 0, unit: '/s' },
      detail: `${found.cpuMicros?.toFixed(0)} µs CPU for one`,
    },
    { what: 'anonymous memory of the worker, most', value: found.megabytes ?? 0, unit: 'MB', target: { below: 300 } },
  ],
};

async function many({ dir, count }: Run): Promise<Figures> {
  const counters = join(dir, 'counters');
  await (await openEnvironment(counters, { create: true })).close();
  const path = join(dir, 'dialogs');
  const loading = await openEnvironment(path, { create: true, app: dialogsApp(counters) });
  for (let from = 0; from < count; from += 300) {
    await loading.operate(Array.from({ length: Math.min(300, count - from) }, (_, i) => halfway(from + i)).flat());
  }
  await loading.close();
  global.gc?.();
  const env = await openEnvironment(path, { app: dialogsApp(counters) });
  const listed = await list(env, count);
  const resumed = await resume(env, count);
  check('outcomes', (await env.find(sagaInput(1).id))?.type, 'txlog.saga');
  check('sagas left', (await env.head()).counts.sessions, Math.ceil(count / parkedEvery));
  await env.close();
  return { ...listed, ...resumed };
}

/** A saga whose message is made, and whose counter could not be reached; or that could not be undone. */
function halfway(i: number): readonly Operation[] {
  const { id: session, failStep: _, ...data } = sagaInput(i);
  const isParked = i % parkedEvery === 0;
  const noted: SagaEvent[] = [
    { event: 'planned', steps: [['create'], ['count'], ['deliver']] },
    { event: 'did', step: 'create', side: 'do', result: { position: '1' } },
    { event: 'began', step: 'count', side: 'do', attempt: 1 },
    failed('count', 'do', isParked ? 'turn' : 'retry'),
    ...(isParked ? [failed('create', 'undo', 'wait')] : []),
  ];
  const started: SagaEvent = { event: 'started', v: 1, type: 'send', data };
  const by = { session, epoch: 1 };
  const phase = isParked ? { phase: 'failed' } : {};
  const appended = { op: 'append', ofSaga: true, chunk: chunkOf(noted), ...by, ...phase } as const;
  const error = 'no connection';
  return [
    { op: 'new', session, theme: 'saga/send', chunk: chunkOf(started), bytes: 300 },
    { op: 'lead', session, operator: 'bench', lease: 600 },
    {
      op: 'together',
      operations: [appended, isParked ? { op: 'park', error, ...by } : { op: 'store', seconds: 0, error, ...by }],
    },
  ];
}

function failed(step: string, side: 'do' | 'undo', next: 'retry' | 'turn' | 'wait'): SagaEvent {
  const noted = { event: 'failed', step, side, error: 'no connection', happened: 'no', next } as const;
  return next === 'retry' ? { ...noted, due: 0 } : noted;
}

function chunkOf(events: SagaEvent | readonly SagaEvent[]) {
  return { data: JSON.parse(JSON.stringify(events)) };
}

async function list(env: Environment, count: number): Promise<Figures> {
  const time = async (options: { readonly limit?: number; readonly stuck?: boolean }, expected: number) => {
    const started = performance.now();
    let found = 0;
    for await (const _ of env.sagas.list({ incomplete: true, ...options })) found += 1;
    check('listed', found, expected);
    return performance.now() - started;
  };
  const pageMs = await time({ limit: firstPage }, firstPage);
  const allMs = await time({}, count);
  const stuckMs = await time({ stuck: true }, Math.ceil(count / parkedEvery));
  return { pageMs, allPerSecond: (count / allMs) * 1000, stuckMs };
}

async function resume(env: Environment, count: number): Promise<Figures> {
  const watch = new Stopwatch();
  const started = performance.now();
  let firstMs = 0;
  let megabytes = 0;
  const watching = setInterval(() => {
    megabytes = Math.max(megabytes, anonymousMegabytes());
  }, 100);
  const worker = env.work({
    concurrency: 64,
    untilEmpty: true,
    onEvent: ({ type }) => {
      if (type === 'ended' && firstMs === 0) firstMs = performance.now() - started;
    },
  });
  const { removed } = await watch.time(() => worker.done);
  clearInterval(watching);
  check('resumed', removed, count - Math.ceil(count / parkedEvery));
  return { firstMs, megabytes, ...watch.figures(removed) };
}
