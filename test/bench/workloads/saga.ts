import { join } from 'node:path';
import type { SagaStep } from '../../../src/core/app/saga-definition.ts';
import { type App, type Environment, openEnvironment } from '../../../src/index.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { endOfSagas, RawSagas, type SagaFloor, type SagaInput, sagaInput } from '../raw-saga.ts';
import { SqliteSagas } from '../raw-saga-sqlite.ts';
import { hasSqlite } from '../sqlite.ts';
import { quantile, Stopwatch } from '../timing.ts';

/** W3: sagas over two services, 64 at a time. */
export const w3: Workload = sagas('w3', '64 at a time', 64, { full: 20_000, quick: 2_000 }, 0.25);

/** W3s: the same, one at a time: what a saga waits for. */
export const w3s: Workload = sagas('w3s', 'one at a time', 1, { full: 1_000, quick: 200 }, 0.4);

function sagas(name: string, how: string, starters: number, count: Workload['count'], atLeast: number): Workload {
  return {
    name,
    what: `a message, its count in another service, and the message unread: sagas, ${how}, 3 % of each step refused`,
    count,
    sides: {
      engine: (run) => engine(run, starters),
      raw: (run) => floor(run, starters, new RawSagas(run.dir)),
      ...(hasSqlite && { sqlite: (run: Run) => floor(run, starters, new SqliteSagas(run.dir)) }),
    },
    conclude: ({ engine: ours, raw, sqlite }) => [
      ratio(`sagas, to two raw lmdb stores in groups of ${starters}`, ours, raw, atLeast),
      ...(sqlite ? [ratio(`sagas, to two SQLite files in groups of ${starters}`, ours, sqlite)] : []),
    ],
  };
}

/** The dialogs service: it sends messages, and counts them at the counters service, whose environment is `counters`. */
export function dialogsApp(counters: string): App {
  const steps: readonly SagaStep[] = [
    {
      name: 'create',
      do: {
        request: ({ saga, data }) => ({ type: 'message.create', changes: [created(saga, data)], ...refusal(data, 1) }),
      },
      compensate: { request: ({ saga }) => ({ type: 'message.cancel', changes: [status(saga, 'CANCELLED')] }) },
    },
    {
      name: 'count',
      do: {
        service: 'counters',
        request: ({ data }) => ({ type: 'unread.add', ...add(data, 1), ...refusal(data, 2) }),
      },
      compensate: { service: 'counters', request: ({ data }) => ({ type: 'unread.add', ...add(data, -1) }) },
    },
    {
      name: 'deliver',
      do: {
        request: ({ saga, data }) => ({
          ...{ type: 'message.deliver', changes: [status(saga, 'UNREAD')] },
          ...refusal(data, 3),
        }),
      },
    },
  ];
  return { services: { counters: { env: counters } }, sagas: { send: { steps } } };
}

function created(saga: string, data: unknown) {
  const { from, to, text } = data as SagaInput;
  return { op: 'set', key: `message/${saga}`, value: { from, to, text, status: 'PENDING' } } as const;
}

function status(saga: string, value: string) {
  return { op: 'merge', key: `message/${saga}`, value: { status: value } } as const;
}

function add(data: unknown, value: number) {
  return { changes: [{ op: 'add', key: `unread/${(data as SagaInput).to}`, value } as const] };
}

/** An expectation that nothing meets. */
function refusal(data: unknown, step: number) {
  return (data as SagaInput).failStep === step ? { expect: [{ key: 'nothing', exists: true }] } : {};
}

async function engine({ dir, count }: Run, starters: number): Promise<Figures> {
  const counters = join(dir, 'counters');
  await (await openEnvironment(counters, { create: true })).close();
  const env = await openEnvironment(join(dir, 'dialogs'), { create: true, app: dialogsApp(counters) });
  const ends = new Map<string, () => void>();
  const worker = env.work({
    concurrency: 64,
    onEvent: (event) => {
      if (event.type === 'ended' && event.ended === 'removed') ends.get(event.session)?.();
    },
  });
  const watch = new Stopwatch();
  const latencies: number[] = [];
  let next = 0;
  const starter = async () => {
    for (let i = next++; i < count; i = next++) {
      const { id, ...data } = sagaInput(i);
      const sent = performance.now();
      const ended = new Promise<void>((resolve) => ends.set(id, resolve));
      await env.sagas.start('send', data, { id });
      await ended;
      ends.delete(id);
      latencies.push(performance.now() - sent);
    }
  };
  await watch.time(() => Promise.all(Array.from({ length: starters }, starter)));
  await worker.stop();
  const records = (await env.head()).position;
  await verify(env, count);
  await env.close();
  await verifyCounters(counters, count);
  return {
    ...watch.figures(count),
    ...{ p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), records: records / count },
  };
}

/** Of the message, by the step that fails. */
const statusAfter = ['UNREAD', undefined, 'CANCELLED', 'CANCELLED'] as const;

/** Each saga has its outcome, each message its status, and nothing else is there. */
async function verify(env: Environment, count: number): Promise<void> {
  const found = { UNREAD: 0, CANCELLED: 0, refused: 0 };
  for (let i = 0; i < count; i++) {
    const { id, failStep } = sagaInput(i);
    const message = await env.get(`message/${id}`);
    const now = (message?.value as { readonly status?: 'UNREAD' | 'CANCELLED' } | undefined)?.status;
    found[now ?? 'refused'] += 1;
    check(`message ${i}`, now, statusAfter[failStep]);
    check(`outcome of saga ${i}`, (await env.find(id))?.outcome, failStep === 0 ? 'committed' : 'rejected');
  }
  const { messages } = endOfSagas(count);
  check('messages', found, messages);
  const { counts } = await env.head();
  check('messages in all', counts.shared, messages.UNREAD + messages.CANCELLED);
  check('sagas left', counts.sessions, 0);
}

async function verifyCounters(dir: string, count: number): Promise<void> {
  const env = await openEnvironment(dir, { readOnly: true });
  for (const [user, unread] of endOfSagas(count).unread) {
    check(`unread of ${user}`, (await env.get(`unread/${user}`))?.value, unread);
  }
  await env.close();
}

/** A program as one would write it by hand, for so many sagas at a time. */
async function floor({ count }: Run, atOnce: number, services: SagaFloor): Promise<Figures> {
  const watch = new Stopwatch();
  await watch.time(() => {
    let undo: readonly SagaInput[] = [];
    for (let from = 0; from < count || undo.length > 0; ) {
      const size = Math.min(atOnce - undo.length, count - from);
      const started = Array.from({ length: size }, (_, i) => sagaInput(from + i));
      from += size;
      if (size > 0) services.create(started);
      const created = started.filter(({ failStep }) => failStep !== 1);
      services.count(created, undo);
      services.finish(created, undo);
      undo = created.filter(({ failStep }) => failStep === 3);
    }
  });
  const { messages, unread } = endOfSagas(count);
  check('messages', services.messages(), { UNREAD: messages.UNREAD, CANCELLED: messages.CANCELLED, PENDING: 0 });
  for (const [user, expected] of unread) check(`unread of ${user}`, services.unread(user), expected);
  await services.close();
  return watch.figures(count);
}

function ratio(what: string, ours: Figures = {}, theirs: Figures = {}, atLeast?: number): Finding {
  const rate = ({ perSecond = 0, cpuMicros = 0 }: Figures) =>
    `${Math.round(perSecond)}/s (${cpuMicros.toFixed(0)} µs CPU)`;
  const detail = `engine ${rate(ours)}, p50 ${ours.p50Ms?.toFixed(1)} ms, p99 ${ours.p99Ms?.toFixed(1)} ms, ${ours.records?.toFixed(2)} records each; floor ${rate(theirs)}`;
  const value = (ours.perSecond ?? 0) / (theirs.perSecond ?? 1);
  return { what, value, unit: '', detail, ...(atLeast !== undefined && { target: { atLeast } }) };
}
