import { limits } from '../core/base/limits.ts';
import type { Snapshot, TableName, WriteTx } from '../ports/storage.ts';
import { chunkKey, keyChunk } from './keys.ts';
import { decodePositions, encodePositions } from './positions.ts';

/** Name of the posting list of a type. */
export const typeList = (type: number): string => `type/${type}`;
/** Name of the posting list of an outcome. */
export const outcomeList = (outcome: string): string => `outcome/${outcome}`;
/** Name of the posting list of the requests that were rejected and named a key. */
export const rejectedList = (key: string): string => `rejected/${key}`;

/** One chunk of a list. */
export interface PostingChunk {
  readonly chunk: number;
  readonly positions: number[];
}

/**
 * Chunks of a list of positions, oldest first, from the chunk that may hold `from` on. PostingChunk n holds the entries
 * from n × size on, so that writing a chunk twice, by anyone, writes the same.
 */
export function* readPostingChunks(
  snapshot: Snapshot,
  { table, list }: { readonly table: TableName; readonly list: string },
  from = 0,
): Generator<PostingChunk> {
  const start = chunkKey(list, from === 0 ? 0 : firstChunkFor(snapshot, { table, list }, from));
  const end = chunkKey(list, 0xffff_ffff);
  for (const { key, value } of snapshot.range(table, { start, end }))
    yield { chunk: keyChunk(key).chunk, positions: decodePositions(value, table, key) };
}

/** The newest chunk of a list. */
export function lastChunk(snapshot: Snapshot, table: TableName, list: string): PostingChunk | undefined {
  const options = { start: chunkKey(list, 0), end: chunkKey(list, 0xffff_ffff), reverse: true, limit: 1 };
  for (const { key, value } of snapshot.range(table, options)) {
    return { chunk: keyChunk(key).chunk, positions: decodePositions(value, table, key) };
  }
  return undefined;
}

/** How many positions a posting list holds. */
export function countPostings(snapshot: Snapshot, list: string): number {
  const last = lastChunk(snapshot, 'postings', list);
  return last ? last.chunk * limits.postingsPerChunk + last.positions.length : 0;
}

/** Appends those positions that the list does not hold yet; the same call again changes nothing. */
export function extendPostings(tx: WriteTx, list: string, positions: readonly number[]): void {
  const last = onlyChunk(tx, list) ?? lastChunk(tx, 'postings', list);
  const newest = last?.positions.at(-1) ?? 0;
  const fresh = positions.filter((position) => position > newest);
  if (fresh.length === 0) return;
  const all = [...(last?.positions ?? []), ...fresh];
  let chunk = last?.chunk ?? 0;
  for (let i = 0; i < all.length; i += limits.postingsPerChunk) {
    tx.put('postings', chunkKey(list, chunk), encodePositions(all.slice(i, i + limits.postingsPerChunk)));
    chunk += 1;
  }
}

/** The first chunk while it is not full, which is then the only one: most lists are short, and one read is cheap. */
function onlyChunk(snapshot: Snapshot, list: string): PostingChunk | undefined {
  const key = chunkKey(list, 0);
  const bytes = snapshot.get('postings', key);
  const positions = bytes ? decodePositions(bytes, 'postings', key) : [];
  return positions.length < limits.postingsPerChunk ? { chunk: 0, positions } : undefined;
}

/** Chunks are few enough for a binary search over their first entries. */
function firstChunkFor(
  snapshot: Snapshot,
  { table, list }: { readonly table: TableName; readonly list: string },
  from: number,
): number {
  const last = lastChunk(snapshot, table, list);
  let low = 0;
  let high = last?.chunk ?? 0;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const key = chunkKey(list, middle);
    const bytes = snapshot.get(table, key);
    const first = bytes ? (decodePositions(bytes, table, key)[0] ?? 0) : 0;
    if (first <= from) low = middle;
    else high = middle - 1;
  }
  return low;
}
