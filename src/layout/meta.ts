import { TxlogError } from '../core/base/errors.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';
import { asBuffer } from './bytes.ts';
import { damagedRow, undecodable } from './damaged-row.ts';
import { textKey } from './keys.ts';
import { decodeSummed, encodeSummed } from './summed-json.ts';

/** The greatest layout version that this code knows. An environment with a greater one is refused (ENV_NEWER). */
export const formatVersion = 2;
/** The first layout version whose newest part is in a journal. */
export const firstJournalFormat = 2;

/** Written once, when an environment is made. */
export interface Format {
  readonly format: number;
  /** Random id of this unit, for cursors and dumps. */
  readonly unit: string;
  /** Version of the lmdb package that wrote it; mixed versions on one file are refused. */
  readonly storage: string;
  /** The position at which a copy was made. The environment that it was copied from has the same unit. */
  readonly copiedAt?: number;
}

/** Running totals as of the head. */
export interface Counts {
  readonly committed: number;
  readonly rejected: number;
  /** Owned dedicated keys. */
  readonly dedicated: number;
  /** Shared keys with a value. */
  readonly shared: number;
  /** Sessions that are not removed. */
  readonly sessions: number;
  /** Keys ever touched. */
  readonly keys: number;
  /** Bytes of all records. */
  readonly logBytes: number;
}

/** A time of the engine, and what the clock that no one sets said then. */
export interface ClockMark {
  /** ms since 1970; the time of a record is its whole part. */
  readonly time: number;
  /** ms since `boot`. */
  readonly elapsed: number;
  /** Start of the machine that `elapsed` counts from. */
  readonly boot: string;
}

/** The end of the log. Written in the same transaction as the records. */
export interface Head {
  readonly position: number;
  readonly time: number;
  /** Chain digest of the last record, in hex. */
  readonly digest: string;
  readonly counts: Counts;
  /** When the last record was decided: time goes on from there in whatever process. */
  readonly clock?: ClockMark;
  /** Generation that took this one's place after a rebuild: nothing is written here any more. */
  readonly moved?: number;
}

/** The head of an empty log. */
export const emptyHead: Head = {
  position: 0,
  time: 0,
  digest: '00'.repeat(32),
  counts: { committed: 0, rejected: 0, dedicated: 0, shared: 0, sessions: 0, keys: 0, logBytes: 0 },
};

const formatKey = textKey('format');
const headKey = textKey('head');
const watermarkKey = textKey('watermark');

/** Errors: ENV_FOREIGN when there is none, ENV_NEWER when a later txlog wrote it. */
export function readFormat(snapshot: Snapshot): Format {
  const bytes = snapshot.get('meta', formatKey);
  const format = bytes && (decodeSummed('meta', 'format', bytes) as unknown as Format);
  if (!format || typeof format.format !== 'number') {
    throw new TxlogError('ENV_FOREIGN', 'this LMDB environment was not made by txlog', {
      hint: 'Its meta table has no format row.',
      next: ['txlog init --env DIR'],
    });
  }
  if (format.format > formatVersion) {
    throw new TxlogError(
      'ENV_NEWER',
      `the environment has format ${format.format}, this txlog reads up to ${formatVersion}`,
      {
        next: ['npm install --global txlog@latest'],
      },
    );
  }
  return format;
}

/** Whether an environment was made here. */
export const hasFormat = (snapshot: Snapshot): boolean => snapshot.get('meta', formatKey) !== undefined;
/** The end of the log, as of the snapshot. */
export function readHead(snapshot: Snapshot): Head {
  const head = readJson<Head>(snapshot, headKey) ?? emptyHead;
  if (!isHead(head)) throw damagedRow('meta', 'head', 'it is no head of a log');
  // Written before there were sessions, it counts none.
  return head.counts.sessions === undefined ? { ...head, counts: { ...head.counts, sessions: 0 } } : head;
}
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isHead(head: Head | null): boolean {
  if (head === null || typeof head !== 'object' || !isCount(head.position) || !isCount(head.time)) return false;
  const { digest, counts, moved } = head;
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) return false;
  if (moved !== undefined && !isCount(moved)) return false;
  if (typeof counts !== 'object' || counts === null) return false;
  // Written before there were sessions, it counts none.
  return Object.keys(emptyHead.counts).every((name) => name === 'sessions' || isCount(counts[name as keyof Counts]));
}

/** Position up to which all indexes are folded; some rows may be further. */
export function readWatermark(snapshot: Snapshot): number {
  const watermark = readJson<number>(snapshot, watermarkKey) ?? 0;
  if (isCount(watermark)) return watermark;
  throw damagedRow('meta', 'watermark', 'it is no position');
}

/** Writes the format row, once. */
export const writeFormat = (tx: WriteTx, format: Format): void =>
  tx.put('meta', formatKey, encodeSummed({ ...format }));
/** Moves the head: in the transaction that appends. */
export const writeHead = (tx: WriteTx, head: Head): void => writeJson(tx, headKey, head);
/** Moves the watermark: with the last rows of a checkpoint. */
export const writeWatermark = (tx: WriteTx, position: number): void => writeJson(tx, watermarkKey, position);

/** A further row of the table, by its name. */
export const readMeta = <T>(snapshot: Snapshot, name: string): T | undefined => readJson<T>(snapshot, textKey(name));
/** Writes such a row. */
export const writeMeta = (tx: WriteTx, name: string, value: unknown): void => writeJson(tx, textKey(name), value);

function readJson<T>(snapshot: Snapshot, key: Buffer): T | undefined {
  const bytes = snapshot.get('meta', key);
  if (!bytes) return undefined;
  try {
    return JSON.parse(asBuffer(bytes).toString()) as T;
  } catch (cause) {
    throw undecodable('meta', `${key}`, cause);
  }
}

function writeJson(tx: WriteTx, key: Buffer, value: unknown): void {
  tx.put('meta', key, Buffer.from(JSON.stringify(value)));
}
