import { type JsonValue, jsonEquals } from '../../core/base/json.ts';
import { isEngineKey } from '../../core/fold/session.ts';
import type { State } from '../../core/fold/state.ts';
import { appliedChanges } from '../../core/log/record.ts';
import { positionKey } from '../../layout/keys.ts';
import type { ViewReader } from '../../view/reader.ts';
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
export async function diffEnvironments(left: ViewReader, right: ViewReader): Promise<EnvironmentsDiff> {
  const headOf = (env: ViewReader) => env.read(({ head: { position, digest } }) => ({ position, digest }));
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
  left: ViewReader,
  right: ViewReader,
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

function readAll(env: ViewReader, keys: readonly string[]): Promise<readonly (State | undefined)[]> {
  return env.read((cut) => keys.map((key) => cut.state(key)));
}

function sideOf(state: State | undefined): SideOfKey | undefined {
  if (!state?.exists) return undefined;
  const { kind, value, version, position } = state;
  return { kind, value: value ?? null, version, position };
}

/** Users' keys that either log touched after a position, each once, in key order. */
async function* touchedKeys(envs: readonly ViewReader[], after: number): AsyncGenerator<readonly string[]> {
  const touched = new Set<string>();
  for (const env of envs) {
    for (let from = after + 1; from !== 0; ) {
      const at = from;
      from = await env.read((cut) => {
        let last = 0;
        for (const row of cut.snapshot.range('log', { start: positionKey(at), limit: pageKeys })) {
          last = last === 0 ? at : last + 1;
          const record = cut.typeRegistry.decodeFolded(cut.snapshot, { position: last, bytes: row.value });
          for (const { key } of appliedChanges(record)) if (!isEngineKey(key)) touched.add(key);
        }
        return last === 0 ? 0 : last + 1;
      });
    }
  }
  const sorted = [...touched].sort();
  for (let i = 0; i < sorted.length; i += pageKeys) yield sorted.slice(i, i + pageKeys);
}

/** Users' keys of both, each once, in key order. */
async function* allKeys(left: ViewReader, right: ViewReader): AsyncGenerator<readonly string[]> {
  for (let after: string | undefined; ; ) {
    const from = after;
    const page = (env: ViewReader) => env.read((cut) => readKeys(cut, { prefix: '', after: from, limit: pageKeys }));
    const [ours, theirs] = [await page(left), await page(right)];
    // Behind the last key of a full page there may be keys that the other page has already.
    const ends = [ours, theirs].filter(({ length }) => length === pageKeys).map((keys) => keys.at(-1) ?? '');
    const end = ends.sort(compare)[0];
    const keys = [...new Set([...ours, ...theirs])].filter((key) => end === undefined || compare(key, end) <= 0);
    yield keys.sort(compare);
    if (end === undefined) return;
    after = end;
  }
}

function compare(a: string, b: string): number {
  return Buffer.from(a).compare(Buffer.from(b));
}
