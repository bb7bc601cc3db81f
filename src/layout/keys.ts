import { assert } from '../core/base/assert.ts';
import { asBuffer } from './bytes.ts';
import { damagedRow } from './damaged-row.ts';

/** Key of a log record: its position in 8 bytes, big-endian, so that byte order is log order. */
export function positionKey(position: number): Buffer {
  assert(Number.isSafeInteger(position) && position >= 0, `position ${position}`);
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(Math.floor(position / 0x1_0000_0000), 0);
  key.writeUInt32BE(position % 0x1_0000_0000, 4);
  return key;
}

/** Reads `positionKey`. */
export function keyPosition(key: Uint8Array): number {
  const bytes = asBuffer(key);
  if (bytes.length !== 8) throw damagedRow('log', bytes.toString('hex'), 'its key is no position');
  return bytes.readUInt32BE(0) * 0x1_0000_0000 + bytes.readUInt32BE(4);
}

/**
 * Key of a request id: never the same for two ids. A UUID is packed into 16 bytes, so that time-ordered ones share
 * pages; any other id is kept as its text.
 *
 * Shape: 0x01 and 16 bytes, or 0x00 and UTF-8.
 */
export function requestKey(id: string): Buffer {
  const packed = id.length === 36 ? packUuid(id) : undefined;
  if (packed) return packed;
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(id));
  key[0] = 0;
  key.write(id, 1, 'utf8');
  return key;
}

/**
 * The ranges of `requestKey` in which all ids that begin with `prefix` lie: those that are kept as text, and, where it can
 * be the beginning of a UUID, those that are packed.
 */
export function requestKeyRanges(prefix: string): readonly KeyRange[] {
  const ranges = [startingWith(Buffer.concat([Buffer.of(0), Buffer.from(prefix)]))];
  if (prefix.length > smallestUuid.length) return ranges;
  // The smallest UUID, and the greatest, with this beginning.
  const start = packUuid(prefix + smallestUuid.slice(prefix.length));
  const last = packUuid(prefix + greatestUuid.slice(prefix.length));
  return start && last ? [...ranges, { ...startingWith(last), start }] : ranges;
}

/** A range of keys, without an end where it goes on to the last one. */
interface KeyRange {
  readonly start: Uint8Array;
  readonly end?: Uint8Array;
}

function startingWith(prefix: Uint8Array): KeyRange {
  const end = prefixEnd(prefix);
  return end ? { start: prefix, end } : { start: prefix };
}

const smallestUuid = '00000000-0000-0000-0000-000000000000';
const greatestUuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** 0x01 and 16 bytes; undefined when it is no UUID in lower case. */
function packUuid(id: string): Buffer | undefined {
  const key = Buffer.allocUnsafe(17);
  key[0] = 1;
  let at = 1;
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (id.charCodeAt(i) !== 0x2d) return undefined;
      i += 1;
    }
    const byte = (nibble(id.charCodeAt(i)) << 4) | nibble(id.charCodeAt(i + 1));
    if (byte < 0) return undefined;
    key[at++] = byte;
  }
  return key;
}

/** Value of a hex digit in lower case; -1 of anything else. */
function nibble(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  return unit >= 0x61 && unit <= 0x66 ? unit - 0x57 : -1;
}

/** Reads `requestKey`. */
export function keyRequest(key: Uint8Array): string {
  const bytes = asBuffer(key);
  if (bytes[0] === 0) return bytes.toString('utf8', 1);
  const hex = bytes.toString('hex', 1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Key of one chunk of a list: the list's name, a zero byte, and the chunk's number in 4 bytes. */
export function chunkKey(list: string, chunk: number): Buffer {
  const bytes = Buffer.byteLength(list);
  const key = Buffer.allocUnsafe(bytes + 5);
  key.write(list, 0, 'utf8');
  key[bytes] = 0;
  key.writeUInt32BE(chunk, bytes + 1);
  return key;
}

/** Reads `chunkKey`. */
export function keyChunk(key: Uint8Array): { readonly list: string; readonly chunk: number } {
  const bytes = asBuffer(key);
  if (bytes.length < 5) throw damagedRow('postings', bytes.toString('hex'), 'its key names no list');
  return { list: bytes.toString('utf8', 0, bytes.length - 5), chunk: bytes.readUInt32BE(bytes.length - 4) };
}

/** Text as a key. */
export function textKey(text: string): Buffer {
  return Buffer.from(text);
}

/** Reads `textKey`. */
export function keyText(key: Uint8Array): string {
  return asBuffer(key).toString();
}

/** The smallest key after all that start with `prefix`, or undefined when there is none. */
export function prefixEnd(prefix: Uint8Array): Buffer | undefined {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] as number;
    if (byte < 0xff) {
      end[i] = byte + 1;
      return end.subarray(0, i + 1);
    }
  }
  return undefined;
}
