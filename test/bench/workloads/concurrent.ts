import { join } from 'node:path';
import { openEnvironment } from '../../../src/engine.ts';
import { runClients } from '../clients.ts';
import { type Input, increment, register } from '../inputs.ts';
import { check, type Figures, type Finding, type Run, type Workload } from '../measure.ts';
import { RawFile } from '../raw-file.ts';
import { RawSqlite } from '../raw-sqlite.ts';
import { RawTables } from '../raw-tables.ts';
import { hasSqlite } from '../sqlite.ts';
import { quantile, Stopwatch } from '../timing.ts';
import { verifyCounters, verifyRegisters } from '../verify.ts';

const stallMsMax = 50;

/** W1a: one client registers customers. */
export const w1a: Workload = {
  name: 'w1a',
  what: 'one caller registers customers, each waits for its own sync',
  count: { full: 10_000, quick: 1_000 },
  sides: sidesOf('register', 1),
  conclude: (sides) => conclude('submit, one caller', sides),
};

/** W1b: 64 clients register customers. */
export const w1b: Workload = {
  name: 'w1b',
  what: '64 callers register customers',
  count: { full: 100_000, quick: 20_000 },
  sides: sidesOf('register', 64),
  conclude: (sides) => [...conclude('submit, 64 callers', sides, 1.5), stall(sides.engine), stall(sides.journal)],
};

/** W2: 64 clients add to 10,000 uneven counters. */
export const w2: Workload = {
  name: 'w2',
  what: '64 callers add to 10,000 counters, of which the hottest gets a tenth',
  count: { full: 100_000, quick: 20_000 },
  sides: sidesOf('increment', 64),
  conclude: (sides) => [...conclude('counters, 64 callers', sides, 2), stall(sides.engine), stall(sides.journal)],
};

/** The least that a durable submit can cost, to the least that a durable put can. */
export const single: Workload = {
  name: 'single',
  what: 'one small request at a time, to one tiny put at a time',
  count: { full: 4_000, quick: 500 },
  sides: { engine: (run) => engine(run, { kind: 'increment', clients: 1, journal: false }), raw: tinyPuts },
  conclude: ({ engine, raw }) => [ratio('one durable submit to one tiny raw put', engine, raw, 0.45)],
};

interface Callers {
  readonly kind: 'register' | 'increment';
  readonly clients: number;
  readonly journal: boolean;
}

/** The engine without and with a journal, and floors: all rows by raw lmdb, the log alone in a file, and SQLite. */
function sidesOf(kind: Callers['kind'], clients: number): Workload['sides'] {
  const inputOf = kind === 'register' ? register : increment;
  return {
    engine: (run) => engine(run, { kind, clients, journal: false }),
    journal: (run) => engine(run, { kind, clients, journal: true }),
    raw: (run) => raw(run, inputOf, clients),
    file: (run) => file(run, inputOf, clients),
    ...(hasSqlite && { sqlite: (run: Run) => sqlite(run, inputOf, clients) }),
  };
}

function conclude(
  what: string,
  { engine, journal, raw, file, sqlite }: Readonly<Record<string, Figures>>,
  atLeast?: number,
) {
  return [
    ratio(`${what}, to raw lmdb`, engine, raw, atLeast),
    ratio(`${what}, with a journal, to raw lmdb`, journal, raw, atLeast),
    ratio(`${what}, with a journal, to a write and a sync of the log alone`, journal, file),
    ...(sqlite ? [ratio(`${what}, with a journal, to SQLite`, journal, sqlite)] : []),
  ];
}

async function engine({ dir, count }: Run, { kind, clients, journal }: Callers): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { create: true, journal });
  const inputOf = kind === 'register' ? register : increment;
  const { watch, latencies } = await runClients(env, inputOf, count, clients);
  const closing = new Stopwatch();
  await closing.time(() => env.close());
  const again = await openEnvironment(join(dir, 'env'), { readOnly: true });
  if (kind === 'register') await verifyRegisters(again, count);
  else await verifyCounters(again, count);
  await again.close();
  return {
    ...watch.figures(count),
    closedPerSecond: (count / (watch.ms + closing.ms)) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
  };
}

async function raw({ dir, count }: Run, inputOf: (i: number) => Input, group: number): Promise<Figures> {
  const tables = new RawTables(dir);
  const watch = new Stopwatch();
  for (let from = 0; from < count; from += group) {
    const inputs = Array.from({ length: Math.min(group, count - from) }, (_, i) => inputOf(from + i));
    await watch.time(() => tables.submit(inputs, from));
  }
  check('records', tables.count, count);
  await tables.close();
  return watch.figures(count);
}

async function file({ dir, count }: Run, inputOf: (i: number) => Input, group: number): Promise<Figures> {
  const log = new RawFile(dir);
  const watch = new Stopwatch();
  for (let from = 0; from < count; from += group) {
    const inputs = Array.from({ length: Math.min(group, count - from) }, (_, i) => inputOf(from + i));
    await watch.time(() => log.submit(inputs));
  }
  check('records', log.count, count);
  log.close();
  return watch.figures(count);
}

async function sqlite({ dir, count }: Run, inputOf: (i: number) => Input, group: number): Promise<Figures> {
  const tables = new RawSqlite(dir);
  const watch = new Stopwatch();
  for (let from = 0; from < count; from += group) {
    const inputs = Array.from({ length: Math.min(group, count - from) }, (_, i) => inputOf(from + i));
    await watch.time(() => tables.submit(inputs, from));
  }
  check('records', tables.count, count);
  tables.close();
  return watch.figures(count);
}

async function tinyPuts({ dir, count }: Run): Promise<Figures> {
  const tables = new RawTables(dir);
  const watch = new Stopwatch();
  for (let i = 0; i < count; i++) await watch.time(() => tables.write([tables.tinyPut(i)]));
  check('records', tables.count, count);
  await tables.close();
  return watch.figures(count);
}

function ratio(what: string, engine: Figures = {}, raw: Figures = {}, atLeast?: number): Finding {
  const detail = [
    `engine ${rate(engine)}, with the close ${Math.round(engine.closedPerSecond ?? 0)}/s`,
    `p50 ${engine.p50Ms?.toFixed(2)} ms, p99 ${engine.p99Ms?.toFixed(1)} ms`,
    `raw ${rate(raw)}`,
  ].join('; ');
  const value = (engine.perSecond ?? 0) / (raw.perSecond ?? 1);
  return { what, value, unit: '', detail, ...(atLeast !== undefined && { target: { atLeast } }) };
}

function rate({ perSecond = 0, cpuMicros = 0 }: Figures): string {
  return `${Math.round(perSecond)}/s (${cpuMicros.toFixed(1)} µs CPU)`;
}

function stall({ maxMs = 0 }: Figures = {}): Finding {
  return { what: 'longest wait for a receipt', value: maxMs, unit: 'ms', target: { below: stallMsMax } };
}
