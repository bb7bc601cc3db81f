import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { Environment } from '../environment/environment.ts';
import type { AppliedEntry, HistoryEntry, StateReading, StoredRecord } from '../index.ts';

/** One transaction in the life of a key. */
export interface KeyEntry extends Omit<HistoryEntry, 'record'>, AppliedEntry {}

/** A record of a rejected request, as far as the page of a key shows it. */
export type RejectedRecord = Pick<StoredRecord, 'position' | 'id' | 'type' | 'time' | 'rejection'>;

/** A key: its state now, a page of what was applied to it, and the newest requests that were refused for it. */
export interface KeyPage {
  readonly key: string;
  readonly state?: StateReading;
  readonly entries: readonly KeyEntry[];
  /** Whether there are entries before this page. */
  readonly earlier: boolean;
  /** Position from which the next page goes on, if there is one. */
  readonly next?: number;
  readonly rejections: readonly RejectedRecord[];
}

/** The same of an open environment, with whole records. */
export interface ReadKeyPage extends KeyPage {
  readonly rejections: readonly StoredRecord[];
}

const rejectionsListed = 5;

/**
 * Reads a page of a key's history: from a position on, or else the newest entries; oldest first either way.
 *
 * Errors: KEY_NOT_FOUND when no request ever used the key.
 */
export async function readKeyPage(
  env: Environment,
  key: string,
  options: { readonly from?: number | undefined; readonly limit: number },
): Promise<ReadKeyPage> {
  const { limit } = options;
  const from = options.from ?? (await newestFrom(env, key, limit));
  const state = await env.get(key);
  const found = await gather(env.history(key, { from, limit: limit + 1 }));
  const applied = new Map((await env.applied(key, { from, limit })).map((entry) => [entry.position, entry]));
  const entries = found.slice(0, limit).flatMap(({ record, ...states }) => {
    const entry = applied.get(record.position);
    return entry ? [{ ...entry, ...states }] : [];
  });
  const rejections = await gather(
    env.records({ key, outcome: 'rejected' }, { reverse: true, limit: rejectionsListed }),
  );
  if (!state && found.length === 0 && rejections.length === 0) throw notFound(key);
  const next = found[limit]?.record.position;
  return {
    key,
    ...given({ state }),
    entries,
    earlier: (await gather(env.records({ key, outcome: 'committed', to: from - 1 }, { limit: 1 }))).length > 0,
    ...given({ next }),
    rejections,
  };
}

async function newestFrom(env: Environment, key: string, limit: number): Promise<number> {
  const newest = await gather(env.records({ key, outcome: 'committed' }, { reverse: true, limit }));
  return newest.at(-1)?.position ?? 1;
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function notFound(key: string): TxlogError {
  return new TxlogError('KEY_NOT_FOUND', `no request ever used the key ${key}`, { next: ['txlog state list'] });
}
