import { createHash } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/base/json.ts';
import { dumpSchemaText } from '../../layout/dump-entry.ts';
import { formatCursor, parseCursor, type SyncCursor } from './sync-cursor.ts';

/** Version of the format that this code writes, and the latest that it reads. */
export const dumpFormat = 1;

/** The manifest of a dump, in its first entry and once more in its header. */
export interface Manifest {
  readonly format: number;
  /** Unit of the environment that wrote it, and of the one that its log comes from: a mirror's are two. */
  readonly unit: string;
  readonly origin: string;
  /** The record before its first one. */
  readonly after: SyncCursor;
  /** The last record of the log when it was begun. */
  readonly head: SyncCursor;
  /** Its time, in ms since 1970. */
  readonly headTime: number;
  /** The last record that it will hold; undefined of one that follows the log. */
  readonly to: number | undefined;
  /** The filters, as a text for people; undefined when it holds every record after `after`. */
  readonly filter: string | undefined;
  /** Whether records were changed on their way. */
  readonly masked: boolean;
  /** Whether states and sessions as of `head` stand behind the records. */
  readonly states: boolean;
  readonly attachments: 'none' | 'referenced' | 'all';
  /** When it was begun, RFC 3339. */
  readonly time: string;
}

/** SHA-256 of the schema's text. */
export const schemaSha256: Uint8Array = createHash('sha256').update(dumpSchemaText).digest();

/** Whether a dump holds every record between its bounds, unchanged: what a mirror needs. */
export function isWhole({ filter, masked }: Manifest): boolean {
  return filter === undefined && !masked;
}

/** A manifest as the JSON text of the dump. */
export function manifestText(manifest: Manifest): string {
  const { after, head } = manifest;
  return JSON.stringify({ ...manifest, after: formatCursor(after), head: formatCursor(head) });
}

/** Reads `manifestText`. Errors: DUMP_INVALID, DUMP_NEWER. */
export function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TxlogError('DUMP_INVALID', 'the manifest of the dump is not JSON', { cause });
  }
  if (!isJsonObject(json) || typeof json.format !== 'number') throw invalid('format');
  refuseNewer(json.format);
  const { unit, origin, to, filter, attachments, time } = json;
  if (typeof unit !== 'string' || typeof origin !== 'string') throw invalid('unit');
  if (to !== undefined && !Number.isSafeInteger(to)) throw invalid('to');
  if (filter !== undefined && typeof filter !== 'string') throw invalid('filter');
  const after = cursorOf(json, 'after');
  // It becomes part of keys: a cursor bounds it.
  if (after.origin !== origin) throw invalid('origin');
  return {
    format: json.format,
    unit,
    origin,
    after,
    head: cursorOf(json, 'head'),
    headTime: typeof json.headTime === 'number' ? json.headTime : 0,
    to: to as number | undefined,
    filter: filter as string | undefined,
    masked: json.masked === true,
    states: json.states === true,
    attachments: attachments === 'referenced' || attachments === 'all' ? attachments : 'none',
    time: String(time),
  };
}

/** Errors: DUMP_NEWER for a dump that needs a later reader. */
export function refuseNewer(version: number): void {
  if (version <= dumpFormat) return;
  throw new TxlogError('DUMP_NEWER', `the dump has format ${version}, this txlog reads up to ${dumpFormat}`, {
    next: ['npm install --global txlog@latest'],
  });
}

function cursorOf(json: JsonObject, name: 'after' | 'head'): SyncCursor {
  const cursor = json[name];
  if (typeof cursor !== 'string') throw invalid(name);
  return parseCursor(cursor);
}

function invalid(field: string): TxlogError {
  return new TxlogError('DUMP_INVALID', `the manifest of the dump has no valid ${field}`);
}
