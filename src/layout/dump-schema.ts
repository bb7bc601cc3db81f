/**
 * Avro schema of an entry of a dump, format 1 (docs/formats/avro-dump.md). Names and order of the fields are a contract:
 * a later version only adds fields with the default null, before `signature`. It has no array, no map and no recursion,
 * so that no few bytes stand for many values; each name is used once, because some readers refuse a second use.
 */
export const dumpSchema = {
  type: 'record',
  name: 'Entry',
  namespace: 'txlog.dump.v1',
  fields: [
    {
      name: 'kind',
      type: {
        type: 'enum',
        name: 'Kind',
        symbols: ['UNKNOWN', 'BEGIN', 'TXN', 'STATE', 'SESSION', 'BLOB', 'CHECKPOINT', 'END'],
        default: 'UNKNOWN',
      },
    },
    { name: 'position', type: 'long' },
    optionalRecord('begin', 'Begin', [
      { name: 'manifest', type: 'string' },
      { name: 'schemaSha256', type: { type: 'fixed', name: 'SchemaDigest', size: 32 } },
      { name: 'minReader', type: 'int' },
    ]),
    optionalRecord('txn', 'Transaction', [
      { name: 'id', type: 'string' },
      { name: 'type', type: 'string' },
      { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'committed', type: 'boolean' },
      { name: 'decided', type: 'boolean' },
      optional('actor', 'string'),
      optional('payload', 'string'),
      { name: 'changes', type: 'string' },
      optional('expect', 'string'),
      optionalRecord('rejection', 'Rejection', [
        { name: 'code', type: 'string' },
        { name: 'reason', type: 'string' },
        optional('key', 'string'),
        optional('ownerId', 'string'),
        optional('ownerPosition', 'long'),
        optional('seen', 'string'),
      ]),
      optional('compensates', 'long'),
      optional('digest', { type: 'fixed', name: 'Digest', size: 32 }),
      optional('correlation', 'string'),
      optional('causation', 'string'),
    ]),
    optionalRecord('state', 'State', [
      { name: 'key', type: 'string' },
      { name: 'kind', type: 'string' },
      { name: 'version', type: 'long' },
      { name: 'last', type: 'long' },
      optional('value', 'string'),
      optional('owner', 'long'),
      optional('pendingUntil', { type: 'long', logicalType: 'timestamp-millis' }),
    ]),
    optionalRecord('session', 'Session', [
      { name: 'id', type: 'string' },
      { name: 'theme', type: 'long' },
      { name: 'status', type: 'string' },
      { name: 'epoch', type: 'long' },
      { name: 'version', type: 'long' },
      { name: 'last', type: 'long' },
      { name: 'value', type: 'string' },
    ]),
    optionalRecord('blob', 'Blob', [
      { name: 'sha256', type: { type: 'fixed', name: 'BlobDigest', size: 32 } },
      { name: 'index', type: 'int' },
      { name: 'last', type: 'boolean' },
      { name: 'data', type: 'bytes' },
    ]),
    optionalRecord('checkpoint', 'Checkpoint', [
      { name: 'entries', type: 'long' },
      { name: 'cursor', type: 'string' },
    ]),
    optionalRecord('end', 'End', [
      { name: 'entries', type: 'long' },
      { name: 'cursor', type: 'string' },
      { name: 'counts', type: 'string' },
      { name: 'complete', type: 'boolean' },
    ]),
    optional('signature', { type: 'fixed', name: 'Signature', size: 64 }),
    optional('seal', { type: 'fixed', name: 'Seal', size: 32 }),
  ],
} as const;

function optional<T>(name: string, type: T) {
  return { name, type: ['null', type] as const, default: null } as const;
}

function optionalRecord<F>(name: string, type: string, fields: F) {
  return { name, type: ['null', { type: 'record', name: type, fields }] as const, default: null } as const;
}

/** The kind of an entry. */
export type EntryKind = 'UNKNOWN' | 'BEGIN' | 'TXN' | 'STATE' | 'SESSION' | 'BLOB' | 'CHECKPOINT' | 'END';

/** The first entry of a dump: `manifest` is JSON, the same as in the header. */
export interface BeginBody {
  readonly manifest: string;
  readonly schemaSha256: Uint8Array;
  readonly minReader: number;
}

/** A record of the log: JSON values as the texts that the log holds. Time in ms since 1970. */
export interface TransactionBody {
  readonly id: string;
  readonly type: string;
  readonly time: number;
  readonly committed: boolean;
  readonly decided: boolean;
  readonly actor: string | null;
  readonly payload: string | null;
  /** A JSON list of `{"op","key","value"?,"pending"?,"owner"?,"reducer"?,"result"?}`. */
  readonly changes: string;
  readonly expect: string | null;
  readonly rejection: TransactionRejection | null;
  readonly compensates: number | null;
  /** The record's link of its log's chain; null when the record was changed on its way, as by a mask. */
  readonly digest: Uint8Array | null;
  /** Where it comes from; absent from dumps of before. */
  readonly correlation?: string | null;
  readonly causation?: string | null;
}

/** Why a request was refused. */
export interface TransactionRejection {
  readonly code: string;
  readonly reason: string;
  readonly key: string | null;
  readonly ownerId: string | null;
  readonly ownerPosition: number | null;
  readonly seen: string | null;
}

/** A state as of the entry's position. `last` is the position that it was last changed at. */
export interface StateBody {
  readonly key: string;
  readonly kind: string;
  readonly version: number;
  readonly last: number;
  readonly value: string | null;
  readonly owner: number | null;
  readonly pendingUntil: number | null;
}

/** A session as of the entry's position; `value` is all of it as JSON. */
export interface SessionBody {
  readonly id: string;
  readonly theme: number;
  readonly status: string;
  readonly epoch: number;
  readonly version: number;
  readonly last: number;
  readonly value: string;
}

/** A piece of an attachment. */
export interface BlobBody {
  readonly sha256: Uint8Array;
  readonly index: number;
  readonly last: boolean;
  readonly data: Uint8Array;
}

/** One entry: exactly the field that its kind names is set, beside the position. */
export interface DumpEntry {
  readonly kind: EntryKind;
  readonly position: number;
  readonly begin?: BeginBody | null;
  readonly txn?: TransactionBody | null;
  readonly state?: StateBody | null;
  readonly session?: SessionBody | null;
  readonly blob?: BlobBody | null;
  readonly checkpoint?: { readonly entries: number; readonly cursor: string } | null;
  readonly end?: EndBody | null;
  readonly signature?: Uint8Array | null;
  readonly seal?: Uint8Array | null;
}

/** How a dump ended. `counts` is JSON: entries by kind. */
export interface EndBody {
  readonly entries: number;
  readonly cursor: string;
  readonly counts: string;
  readonly complete: boolean;
}
