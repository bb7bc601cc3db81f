import { createHash } from 'node:crypto';
import { assert } from '../../core/base/assert.ts';
import { type RowPut, tableNames } from '../../ports/storage.ts';

/** Where the journal stands after an entry: all before it is told by its digest. */
export interface Link {
  /** Number of the entry: 1, 2, 3, … as long as the environment lives. */
  readonly sequence: number;
  /** `digestBytes` bytes. */
  readonly digest: Buffer;
}

/** An entry, and its place in the file. */
export interface ReadEntry extends Link {
  readonly puts: readonly RowPut[];
  readonly start: number;
  /** The byte after it. */
  readonly end: number;
}

/** Bytes of a digest: of SHA-256, the first ones. */
export const digestBytes = 20;
const headBytes = 4 + 8 + digestBytes;
const rowBytes = 1 + 1 + 2 + 4;
/** Bits of a row's second byte. */
const appended = 1;
const removed = 2;

/**
 * Bytes of an entry that continues `link`, with the link that it leaves, and its rows, which share these bytes.
 *
 * Shape: length of the rows, 4 bytes big-endian; sequence, 8; digest of the entry before, 20; the rows; digest of all that,
 * 20. A row: table, 1; flags, 1; length of its key, 2; of its value, 4; key; value (docs/formats/journal.md).
 */
export function encodeEntry(
  link: Link,
  puts: readonly RowPut[],
): { readonly bytes: Buffer } & Omit<ReadEntry, 'start' | 'end'> {
  const bytes = Buffer.allocUnsafe(lengthWith(puts));
  const length = bytes.length - headBytes - digestBytes;
  const sequence = link.sequence + 1;
  writeHead(bytes, length, sequence);
  link.digest.copy(bytes, 12);
  let at = headBytes;
  for (const put of puts) at = writeRow(bytes, at, put);
  assert(at === headBytes + length, 'the rows fill their room');
  const digest = digestOf(bytes.subarray(0, at));
  digest.copy(bytes, at);
  return { bytes, sequence, digest, puts: readRows(bytes, headBytes, at) };
}

/** Bytes of the entry that these rows make. */
export function lengthWith(puts: readonly RowPut[]): number {
  const rows = puts.reduce((sum, put) => sum + rowBytes + put.key.length + (put.value?.length ?? 0), 0);
  return headBytes + rows + digestBytes;
}

/** Whether the head of an entry at a place continues `link`. */
export function continues(bytes: Buffer, at: number, link: Link): boolean {
  if (at + headBytes > bytes.length || readSequence(bytes, at + 4) !== link.sequence + 1) return false;
  return bytes.subarray(at + 12, at + headBytes).equals(link.digest);
}

/** Bytes of the entry that begins with this head. */
export function lengthOfEntry(bytes: Buffer): number {
  return bytes.length < headBytes ? 0 : headBytes + bytes.readUInt32BE(0) + digestBytes;
}

/** Bytes to read before the length of an entry is known. */
export const entryHeadBytes = headBytes;

/** The entry at a place, when one is there that continues `link`: undefined for anything else, such as what was there before. */
export function decodeEntry(bytes: Buffer, at: number, link: Link): Omit<ReadEntry, 'start'> | undefined {
  if (!continues(bytes, at, link)) return undefined;
  const length = bytes.readUInt32BE(at);
  const rowsEnd = at + headBytes + length;
  const end = rowsEnd + digestBytes;
  if (end > bytes.length) return undefined;
  const digest = digestOf(bytes.subarray(at, rowsEnd));
  if (!digest.equals(bytes.subarray(rowsEnd, end))) return undefined;
  return { sequence: link.sequence + 1, digest, end, puts: readRows(bytes, at + headBytes, rowsEnd) };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, digestBytes);
}

const halfOf = 2 ** 32;

function writeHead(bytes: Buffer, length: number, sequence: number): void {
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(Math.floor(sequence / halfOf), 4);
  bytes.writeUInt32BE(sequence % halfOf, 8);
}

function readSequence(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * halfOf + bytes.readUInt32BE(at + 4);
}

function writeRow(bytes: Buffer, start: number, { table, key, value, append }: RowPut): number {
  let at = start;
  bytes[at++] = tableNames.indexOf(table);
  bytes[at++] = (append ? appended : 0) | (value === undefined ? removed : 0);
  at = bytes.writeUInt16BE(key.length, at);
  at = bytes.writeUInt32BE(value?.length ?? 0, at);
  bytes.set(key, at);
  at += key.length;
  if (value) bytes.set(value, at);
  return at + (value?.length ?? 0);
}

/** The rows share the memory of `bytes`. */
function readRows(bytes: Buffer, start: number, end: number): RowPut[] {
  const puts: RowPut[] = [];
  for (let at = start; at < end; ) {
    const table = tableNames[bytes[at] as number];
    const flags = bytes[at + 1] as number;
    const keyAt = at + rowBytes;
    const valueAt = keyAt + bytes.readUInt16BE(at + 2);
    at = valueAt + bytes.readUInt32BE(at + 4);
    assert(table !== undefined && at <= end, 'an entry whose digest fits holds whole rows');
    const value = (flags & removed) === 0 ? bytes.subarray(valueAt, at) : undefined;
    puts.push({ table, key: bytes.subarray(keyAt, valueAt), value, append: (flags & appended) !== 0 });
  }
  return puts;
}
