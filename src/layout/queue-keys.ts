import { assert } from '../core/base/assert.ts';
import type { Session } from '../core/fold/session.ts';
import { asBuffer } from './bytes.ts';

/**
 * Parts of the `queue` table, each sorted by how it is read: sessions that wait, by when they are due; those behind
 * others, active or parked, by since when; and all live ones of an order key, by their creation.
 */
export type QueuePart = 'waiting' | 'behind' | 'active' | 'parked' | 'line';

const tags: Readonly<Record<QueuePart, string>> = { waiting: 'w', behind: 'b', active: 'a', parked: 'p', line: 'l' };
const fixedUnits = 5;

/**
 * A key of the `queue` table as text with one unit per byte, so that comparing texts compares bytes.
 *
 * Shape: theme u32 | part | due or since u64 | created u64 | session id; a line has its order key and a zero byte in
 * place of the time (docs/formats/lmdb.md).
 */
export type QueueKey = string;

/** Start of all keys of one part of a theme, of one order key where it is a line. */
export function queuePrefix(theme: number, part: QueuePart, order?: string): QueueKey {
  const prefix = fourBytes(theme) + tags[part];
  return order === undefined ? prefix : `${prefix}${latin1(order)}\u0000`;
}

/** The rows that a session has in the `queue` table: one for its status, and one for its line. */
export function queueKeysOf(id: string, session: Session): readonly QueueKey[] {
  const { theme, status, created, due, since, order } = session;
  const part = status === 'ready' || status === 'stored' ? 'waiting' : status;
  const name = ordinal(created) + latin1(id);
  const first = queuePrefix(theme, part) + ordinal(part === 'waiting' ? due : since) + name;
  return order === undefined ? [first] : [first, queuePrefix(theme, 'line', order) + name];
}

/** The session that a queue key names. */
export function sessionOfQueueKey(key: QueueKey): string {
  const start = key[fixedUnits - 1] === tags.line ? key.indexOf('\u0000', fixedUnits) + 1 : fixedUnits + 8;
  const id = key.slice(start + 8);
  return isAscii(id) ? id : Buffer.from(id, 'latin1').toString();
}

/** The part of the table that a queue key belongs to, as the prefix of all its keys. */
export function queuePartOf(key: QueueKey): QueueKey {
  return key.slice(0, fixedUnits);
}

/** A queue key for messages: theme, part and session. */
export function nameOfQueueKey(key: QueueKey): string {
  const theme = Buffer.from(key.slice(0, 4).padEnd(4, '\u0000'), 'latin1').readUInt32BE();
  const part = Object.entries(tags).find(([, tag]) => tag === key[4])?.[0] ?? 'unknown';
  return `${theme}/${part}/${sessionOfQueueKey(key)}`;
}

/** When the session of a waiting key is due, or since when one of another status has it; ms since 1970. */
export function timeOfQueueKey(key: QueueKey): number {
  let time = 0;
  for (let i = fixedUnits; i < fixedUnits + 8; i++) time = time * 256 + key.charCodeAt(i);
  return time;
}

/** Bytes of a queue key. */
export function queueKeyBytes(key: QueueKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/** Reads `queueKeyBytes`. */
export function queueKeyOf(bytes: Uint8Array): QueueKey {
  return asBuffer(bytes).toString('latin1');
}

// Written without buffers: each operation on a session makes such keys.
function ordinal(value: number): string {
  assert(Number.isSafeInteger(value) && value >= 0, `time or position ${value}`);
  return fourBytes(Math.floor(value / 0x1_0000_0000)) + fourBytes(value % 0x1_0000_0000);
}

/** A uint32, big-endian, one unit for each byte. */
function fourBytes(value: number): string {
  return String.fromCharCode((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** The UTF-8 bytes of a text, one unit each. */
function latin1(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}
