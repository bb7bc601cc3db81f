import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { systemReason } from '../../core/base/system-error.ts';
import { openBriefly } from '../../engine.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Rate } from '../../shapes/rates.ts';
import { putRaw } from '../../storage/lmdb/raw-puts.ts';
import { formatCount } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { tidyUpWhenInterrupted } from '../frame/signals.ts';

/** Concurrent callers of the engine, and transactions in one raw commit: both share a sync among as many. */
const callers = 64;
const singles = 200;
const rowBytes = { logBytes: 200, stateBytes: 60 };

/**
 * Measures submit, rescan and replay of `count` transactions in a temporary environment below `parent`, each against
 * raw LMDB puts or each other. Short and rough: `npm run bench` measures more.
 *
 * Errors: INPUT_NOT_FOUND when `parent` is no directory that can be written; those of the engine.
 */
export async function measure(count: number, parent = tmpdir()): Promise<Rate[]> {
  const dir = makeDir(parent);
  const remove = () => rmSync(dir, { recursive: true, force: true });
  const release = tidyUpWhenInterrupted(remove);
  try {
    const raw = perSecond(
      count,
      await putRaw(join(dir, 'raw'), { transactions: count, perCommit: callers, ...rowBytes }),
    );
    const rawSingle = await putRaw(join(dir, 'single'), { transactions: singles, perCommit: 1, ...rowBytes });
    const env = await openBriefly(join(dir, 'env'), { create: true });
    try {
      return [
        ...rawRates(raw, perSecond(singles, rawSingle)),
        ...(await measureEngine(env, count, { raw, single: perSecond(singles, rawSingle) })),
      ];
    } finally {
      await env.close();
    }
  } finally {
    release();
    remove();
  }
}

function makeDir(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'txlog-bench-'));
  } catch (cause) {
    throw new TxlogError('INPUT_NOT_FOUND', `cannot measure in ${parent}: ${systemReason(cause)}`, { cause });
  }
}

function rawRates(raw: number, single: number): Rate[] {
  return [
    { name: `raw LMDB, ${callers} in a commit`, perSecond: raw },
    { name: 'raw LMDB, each a commit', perSecond: single },
  ];
}

async function measureEngine(env: Environment, count: number, floor: { raw: number; single: number }): Promise<Rate[]> {
  const single = perSecond(singles, await timed(() => submitAll(env, { type: 'single', count: singles, width: 1 })));
  const submit = perSecond(count, await timed(() => submitAll(env, { type: 'bulk', count, width: callers })));
  const all = singles + count;
  const rescan = perSecond(all, await timed(() => drain(env, {})));
  const byType = perSecond(singles, await timed(() => drain(env, { types: ['single'] })));
  const replay = perSecond(all, await timed(() => env.rebuild()));
  return [
    { name: 'submit, one caller', perSecond: single, ratio: single / floor.single, of: 'raw, each a commit' },
    {
      name: `submit, ${callers} callers`,
      perSecond: submit,
      ratio: submit / floor.raw,
      of: `raw, ${callers} in a commit`,
    },
    { name: 'rescan, all', perSecond: rescan, ratio: rescan / submit, of: 'submit' },
    { name: 'rescan, by type', perSecond: byType, ratio: byType / rescan, of: 'rescan, all' },
    { name: 'replay', perSecond: replay, ratio: replay / submit, of: 'submit' },
  ];
}

/** Each caller sends its next transaction when the one before is acknowledged. */
async function submitAll(
  env: Environment,
  { type, count, width }: { readonly type: string; readonly count: number; readonly width: number },
): Promise<void> {
  let next = 0;
  const call = async () => {
    for (let i = next++; i < count; i = next++) {
      const changes = [
        { op: 'claim' as const, key: `${type}/${i}`, value: i },
        { op: 'add' as const, key: `counter/${i % 1_000}`, value: 1 },
      ];
      await env.submit({ id: `${type}-${i}`, type, payload: { name: 'Ann Example', index: i }, changes });
    }
  };
  await Promise.all(Array.from({ length: width }, call));
}

async function drain(env: Environment, filter: { readonly types?: readonly string[] }): Promise<void> {
  for await (const page of env.pages(filter)) if (page.length === 0) return;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1_000) / Math.max(ms, 0.001));
}

/** Rates for people. */
export function formatRates(rates: readonly Rate[]): string {
  const rows = rates.map(({ name, perSecond: rate, ratio, of }) => [
    name,
    `${formatCount(rate).padStart(9)} /s`,
    ratio === undefined ? '' : `${ratio.toFixed(2)} × ${of}`,
  ]);
  return formatTable(rows);
}
