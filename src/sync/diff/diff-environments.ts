import { type JsonValue, jsonEquals } from '../../core/base/json.ts';
import { isEngineKey } from '../../core/fold/session.ts';
import type { State } from '../../core/fold/state.ts';
import { appliedChanges } from '../../core/log/record.ts';
import { positionKey } from '../../layout/keys.ts';
import type { Cut } from '../../view/cut.ts';
import { compareKeys } from '../../view/read-state.ts';
import type { LongViewReader } from '../../view/reader.ts';
import { sortInSteps } from '../../view/sorted.ts';
import type { Steps } from '../../view/turns.ts';
import { readKeys } from '../export/read-keys.ts';
import { findCommonPosition } from './shared-position.ts';

/** A key whose state differs; a side is undefined where it has no value. */
export interface KeyDifference {
  readonly key: string;
  readonly left: SideOfKey | undefined;
  readonly right: SideOfKey | undefined;
}

/** A state of one side. */
export interface SideOfKey {
  readonly kind: string;
  readonly value: JsonValue;
  readonly version: number;
  readonly position: number;
}

/** How two environments compare. */
export interface EnvironmentsDiff {
  /** The last position up to which the logs are the same. */
  readonly common: number;
  readonly left: { readonly position: number; readonly digest: string };
  readonly right: { readonly position: number; readonly digest: string };
  /** Keys whose values or kinds differ: those that the records after `common` touched. */
  readonly keys: AsyncGenerator<KeyDifference>;
}

const pageKeys = 1_000;

/**
 * Compares two environments by position, key and value. Logs that share a part are compared by their chains: the time is
 * that of what came after it. Logs that share nothing are compared key by key.
 */
export async function diffEnvironments(left: LongViewReader, right: LongViewReader): Promise<EnvironmentsDiff> {
  const headOf = (env: LongViewReader) => env.read(({ head: { position, digest } }) => ({ position, digest }));
  const [leftHead, rightHead, common] = [
    await headOf(left),
    await headOf(right),
    await findCommonPosition(left, right),
  ];
  const same = leftHead.digest === rightHead.digest;
  const keys = same ? [] : common === 0 ? allKeys(left, right) : touchedKeys([left, right], common);
  return { common, left: leftHead, right: rightHead, keys: differing(left, right, keys) };
}

async function* differing(
  left: LongViewReader,
  right: LongViewReader,
  pages: AsyncIterable<readonly string[]> | readonly (readonly string[])[],
): AsyncGenerator<KeyDifference> {
  for await (const keys of pages) {
    const [ours, theirs] = await Promise.all([left, right].map((env) => readAll(env, keys)));
    for (const [i, key] of keys.entries()) {
      const [a, b] = [sideOf(ours?.[i]), sideOf(theirs?.[i])];
      if (a?.kind === b?.kind && jsonEquals(a?.value, b?.value)) continue;
      yield { key, left: a, right: b };
    }
  }
}

function readAll(env: LongViewReader, keys: readonly string[]): Promise<readonly (State | undefined)[]> {
  return env.readSteps(function* (cut) {
    const states: (State | undefined)[] = [];
    for (const key of keys) {
      states.push(cut.state(key));
      yield;
    }
    return states;
  });
}

function sideOf(state: State | undefined): SideOfKey | undefined {
  if (!state?.exists) return undefined;
  const { kind, value, version, position } = state;
  return { kind, value: value ?? null, version, position };
}

/** Users' keys that either log touched after a position, each once, in key order. */
async function* touchedKeys(envs: readonly LongViewReader[], after: number): AsyncGenerator<readonly string[]> {
  const touched = new Set<string>();
  for (const env of envs) {
    for (let from = after + 1; ; ) {
      const at = from;
      const page = await env.readSteps((cut) => keysOfRecords(cut, at));
      for (const key of page.keys) touched.add(key);
      if (page.records === 0) break;
      from += page.records;
    }
  }
  const sorted = await envs[0]?.readSteps(() => sortInSteps([...touched], compareKeys));
  for (let i = 0; i < touched.size; i += pageKeys) yield sorted?.slice(i, i + pageKeys) ?? [];
}

/** How many records there are from a position on, up to a page of them, and the users' keys that they touched. */
function* keysOfRecords(cut: Cut, from: number): Steps<{ readonly records: number; readonly keys: Set<string> }> {
  const keys = new Set<string>();
  let records = 0;
  for (const row of cut.snapshot.range('log', { start: positionKey(from), limit: pageKeys })) {
    const record = cut.typeRegistry.decodeFolded(cut.snapshot, { position: from + records, bytes: row.value });
    for (const { key } of appliedChanges(record)) if (!isEngineKey(key)) keys.add(key);
    records += 1;
    yield;
  }
  return { records, keys };
}

/** Users' keys of both, each once, in key order. */
async function* allKeys(left: LongViewReader, right: LongViewReader): AsyncGenerator<readonly string[]> {
  for (let after: string | undefined; ; ) {
    const from = after;
    const page = (env: LongViewReader) =>
      env.read((cut) => readKeys(cut, { prefix: '', after: from, limit: pageKeys }));
    const [ours, theirs] = [await page(left), await page(right)];
    // Behind the last key of a full page there may be keys that the other page has already.
    const ends = [ours, theirs].filter(({ length }) => length === pageKeys).map((keys) => keys.at(-1) ?? '');
    const end = ends.sort(compareKeys)[0];
    const keys = [...new Set([...ours, ...theirs])].filter((key) => end === undefined || compareKeys(key, end) <= 0);
    yield keys.sort(compareKeys);
    if (end === undefined) return;
    after = end;
  }
}
