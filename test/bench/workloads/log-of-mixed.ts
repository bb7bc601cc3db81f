import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordFilter } from '../../../src/core/log/filter.ts';
import type { StoredRecord } from '../../../src/core/log/record.ts';
import { openEnvironment } from '../../../src/engine.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import { isDup, mixed, register } from '../inputs.ts';
import { check, type Figures, type Finding, median, type Run, type Workload } from '../measure.ts';
import { toRequestInput } from '../requests.ts';
import { Stopwatch } from '../timing.ts';
import { verifyCounters } from '../verify.ts';

const group = 1_000;
/** A durable replay slows down as its tables grow: of a long log it is measured on the beginning, to its favour. */
const durableRecordsMax = 200_000;
const coldKeys = 20;

/** W4 and W5: replays and rescans of a log of registers and increments by turns. */
export const w4w5: Workload = {
  name: 'w4-w5',
  what: 'replay of all indexes, and rescans by key, type and outcome',
  count: { full: 1_000_000, quick: 100_000 },
  prepare: load,
  sides: { rebuild, durable, rescan },
  conclude,
};

async function load({ dir, count }: Run): Promise<void> {
  const env = await openEnvironment(join(dir, 'env'), { create: true });
  for (let from = 0; from < count; from += group) {
    const requests = Array.from({ length: group }, (_, i) => env.check(toRequestInput(mixed(from + i)), 400));
    for (const answer of await env.submitChecked(requests)) if ('error' in answer) throw answer.error;
  }
  await env.close();
}

async function rebuild({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'));
  const watch = new Stopwatch();
  const { records } = await watch.time(() => env.rebuild());
  check('records', records, count);
  await verifyCounters(env, count / 2);
  let owners = 0;
  for (let i = 0; i < count / 2; i++) if (!isDup(i)) owners += 1;
  check('owners', (await env.head()).counts.dedicated, owners);
  await env.close();
  return { ...watch.figures(count), megabytes: process.resourceUsage().maxRSS / 1024 };
}

/** The log submitted again to an environment that writes all of its indexes durably with each group. */
async function durable({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { readOnly: true });
  const own = mkdtempSync(join(dir, 'run-'));
  const copy = await openEnvironment(join(own, 'env'), { create: true, checkpointRecords: 0 });
  const watch = new Stopwatch();
  const to = Math.min(count, durableRecordsMax);
  for await (const page of env.pages({ to })) {
    await watch.time(async () => {
      const answers = await copy.submitChecked(page.map((record) => copy.check(toInput(record), 400)));
      for (const answer of answers) if ('error' in answer) throw answer.error;
    });
  }
  check('records', (await copy.head()).position, to);
  await copy.close();
  await env.close();
  rmSync(own, { recursive: true });
  return watch.figures(to);
}

function toInput({ id, type, payload, changes }: StoredRecord) {
  return { id, type, payload, changes };
}

async function rescan({ dir, count }: Run): Promise<Figures> {
  const env = await openEnvironment(join(dir, 'env'), { readOnly: true });
  const all = await readAll(env, {});
  check('records', all.rows, count);
  const cold: number[] = [];
  for (let i = 0; i < coldKeys; i++) {
    const { key } = register(Math.floor((i * count) / 2 / coldKeys));
    cold.push((await readAll(env, { key: `customer/${key}` })).ms);
  }
  // The fifth counter of a Zipf distribution takes 1 % of the log, the first nearly 5 %.
  const percent = await readAll(env, { key: 'counter/4' });
  const hot = await readAll(env, { key: 'counter/0' });
  const type = await readAll(env, { types: ['customer.register'] });
  check('registers', type.rows, count / 2);
  const rejected = await readAll(env, { outcome: 'rejected' });
  await env.close();
  return {
    allMs: all.ms,
    allPerSecond: (count / all.ms) * 1000,
    coldMs: median(cold),
    percentMs: percent.ms,
    percentShare: percent.rows / count,
    hotMs: hot.ms,
    hotRows: hot.rows,
    typeMs: type.ms,
    rejectedMs: rejected.ms,
    rejectedRows: rejected.rows,
  };
}

/** Every record that passes, as a parsed object. */
async function readAll(
  env: Environment,
  filter: RecordFilter,
): Promise<{ readonly rows: number; readonly ms: number }> {
  let rows = 0;
  const started = performance.now();
  for await (const page of env.pages(filter)) {
    for (const record of page) if (record.changes.length > 0) rows += 1;
  }
  return { rows, ms: performance.now() - started };
}

function conclude({ rebuild = {}, durable = {}, rescan = {} }: Readonly<Record<string, Figures>>): readonly Finding[] {
  const { allMs = 0, percentMs = 1, percentShare = 0 } = rescan;
  const found = (what: string, ms = 0, detail = '') => ({ what, value: ms, unit: 'ms' as const, detail });
  return [
    {
      what: 'rebuild of all indexes to a durable replay',
      value: (rebuild.perSecond ?? 0) / (durable.perSecond ?? 1),
      unit: '',
      target: { atLeast: 5 },
      detail: `rebuild ${Math.round(rebuild.perSecond ?? 0)}/s (${rebuild.cpuMicros?.toFixed(1)} µs CPU, ${Math.round(rebuild.megabytes ?? 0)} MB); durable ${Math.round(durable.perSecond ?? 0)}/s (${durable.cpuMicros?.toFixed(1)} µs CPU)`,
    },
    {
      what: 'rescan of 1 % of the log by key, times faster than decoding all of it',
      value: allMs / percentMs,
      unit: '',
      target: { atLeast: 30 },
      detail: `${(percentShare * 100).toFixed(2)} % in ${percentMs.toFixed(0)} ms; all in ${allMs.toFixed(0)} ms (${Math.round(rescan.allPerSecond ?? 0)}/s)`,
    },
    found('rescan of a cold key', rescan.coldMs, `median of ${coldKeys} keys`),
    found('rescan of the hottest counter', rescan.hotMs, `${rescan.hotRows} records`),
    found('rescan of half of the log by type', rescan.typeMs),
    found('rescan of all rejected', rescan.rejectedMs, `${rescan.rejectedRows} records`),
  ];
}
