import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Type } from 'avsc';
import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import type { Links } from '../core/log/links.ts';
import type { FoldedRecord, LogRecord, Outcome, StoredRecord } from '../core/log/record.ts';
import { loadAvro } from './avro.ts';
import { BodyWriter, isLinked } from './body-writer.ts';
import { asBuffer } from './bytes.ts';
import { undecodable } from './damaged-row.ts';
import { FoldedBodyReader } from './folded-record.ts';
import { fromBody, readLinks } from './record-body.ts';
import { type RecordBody, recordSchema } from './record-schema.ts';

/** Bytes before the body: crc32 u32, schema u16, type u16, outcome u8, flags u8, time u48 (ms), body length u32. */
const headerBytes = 20;
/** Bytes after the body: the chain digest. */
const digestBytes = 32;
/** The chain starts here. */
export const firstDigest: Uint8Array = new Uint8Array(digestBytes);
/** Number of `recordSchema` in the `schemas` table. */
export const schemaNumber = 1;

const decidedFlag = 1;
/** The body is followed by the type's name, and its length in one byte. */
const namedFlag = 2;
/** The body is followed by the correlation and the causation, before the type's name. */
const linkedFlag = 4;
const outcomes: readonly (Outcome | undefined)[] = [undefined, 'committed', 'rejected'];

/** The fixed header, which needs no decoding of the body: enough for most filters. */
export interface RecordHeader {
  readonly schema: number;
  readonly type: number;
  readonly outcome: Outcome;
  readonly decided: boolean;
  /** Whether it says where it comes from. */
  readonly linked: boolean;
  readonly time: number;
  readonly bodyBytes: number;
}

/** An Avro type that decodes a body. */
interface Codec {
  decode(buffer: Buffer, at: number): { value: RecordBody; offset: number };
}

/** Loads the code that records are read with, for a process that must not lack it later. */
export function loadCodec(): void {
  compileRecordSchema(recordSchema);
}

/** Compiles a schema from the `schemas` table. */
export function compileRecordSchema(schema: unknown): Codec {
  const avro = loadAvro();
  const writer = avro.Type.forSchema(schema as Parameters<typeof Type.forSchema>[0]);
  if (JSON.stringify(schema) === JSON.stringify(recordSchema)) return writer as unknown as Codec;
  // Written by another version: fields that it did not know get their defaults, as Avro resolves schemas.
  const reader = avro.Type.forSchema(recordSchema as unknown as Parameters<typeof Type.forSchema>[0]);
  const resolver = reader.createResolver(writer);
  const decode = (buffer: Buffer, at: number) => reader.decode(buffer, at, resolver);
  return { decode } as unknown as Codec;
}

/** The schema of a number, compiled; given by the reader of the `schemas` table. */
export type SchemaLookup = (schema: number) => Codec;

/**
 * Encodes records one after another into one arena, each chained to the one before.
 *
 * Shape: header | Avro body | digest = SHA-256(previous digest | header | body). The digest of one record stands
 * right before the next, so each hash is one pass over adjacent bytes (docs/formats/record.md).
 */
export class RecordEncoder {
  private arena = Buffer.alloc(256 * 1024);
  private at = 0;
  private readonly writer = new BodyWriter();

  /** `BodyWriter.texts` of the record that was encoded last. */
  get texts(): readonly (string | undefined)[] {
    return this.writer.texts;
  }

  /** Starts a batch whose first record follows `previousDigest`. Buffers given before become invalid. */
  start(previousDigest: Uint8Array): void {
    assert(previousDigest.length === digestBytes, 'a digest has 32 bytes');
    this.arena.set(previousDigest, 0);
    this.at = digestBytes;
  }

  /** Bytes of `record`, valid until the next `start`. `named` for the first record of its type: it carries the name. */
  encode(record: LogRecord, type: number, named = false): Buffer {
    const nameBytes = named ? Buffer.byteLength(record.type) + 1 : 0;
    for (;;) {
      const start = this.at;
      const end = this.writer.write(record, this.arena, start + headerBytes);
      const needed = end + nameBytes + digestBytes;
      if (end > 0 && needed <= this.arena.length) {
        if (named) this.writeName(record.type, end, nameBytes);
        return this.seal(record, { type, named }, { start, end: end + nameBytes });
      }
      this.grow(end > 0 ? needed : this.arena.length * 2);
    }
  }

  private writeName(type: string, at: number, bytes: number): void {
    this.arena.write(type, at);
    this.arena[at + bytes - 1] = bytes - 1;
  }

  private seal(
    record: LogRecord,
    { type, named }: TypeRef,
    { start, end }: { readonly start: number; readonly end: number },
  ): Buffer {
    const { arena } = this;
    arena.writeUInt16BE(schemaNumber, start + 4);
    arena.writeUInt16BE(type, start + 6);
    arena[start + 8] = record.outcome === 'committed' ? 1 : 2;
    arena[start + 9] =
      (record.decided ? decidedFlag : 0) | (named ? namedFlag : 0) | (isLinked(record) ? linkedFlag : 0);
    arena.writeUInt16BE(Math.floor(record.time / 0x1_0000_0000), start + 10);
    arena.writeUInt32BE(record.time % 0x1_0000_0000, start + 12);
    arena.writeUInt32BE(end - start - headerBytes, start + 16);
    arena.writeUInt32BE(crc32(arena.subarray(start + 4, end)), start);
    writeSha256(arena, start - digestBytes, end);
    this.at = end + digestBytes;
    return arena.subarray(start, this.at);
  }

  private grow(bytes: number): void {
    // Records given before stay valid in the old arena; the digest before the next one moves along.
    const larger = Buffer.alloc(Math.max(bytes - this.at, 0) + this.arena.length * 2);
    this.arena.copy(larger, 0, this.at - digestBytes, this.at);
    this.arena = larger;
    this.at = digestBytes;
  }
}

interface TypeRef {
  readonly type: number;
  /** Whether the record carries its name. */
  readonly named: boolean;
}

/** Hashes the bytes of a buffer and puts the digest right after them. By way of text, which costs half of a buffer. */
function writeSha256(buffer: Buffer, start: number, end: number): void {
  if (hash) buffer.write(hash('sha256', buffer.subarray(start, end), 'latin1' as 'hex'), end, 'latin1');
  else buffer.set(sha256(buffer.subarray(start, end)), end);
}

/** SHA-256; the one-shot form costs half of a hash object for small inputs. */
function sha256(bytes: Uint8Array): Uint8Array {
  if (hash) return hash('sha256', bytes, 'buffer');
  return createHash('sha256').update(bytes).digest();
}

/** Reads the fixed header of a record. */
export function decodeHeader(bytes: Uint8Array): RecordHeader {
  const buffer = asBuffer(bytes);
  const outcome = outcomes[buffer[8] as number];
  if (buffer.length < headerBytes + digestBytes || outcome === undefined) {
    throw new TxlogError('STORAGE_CORRUPT', 'a record of the log has no valid header');
  }
  return {
    schema: buffer.readUInt16BE(4),
    type: buffer.readUInt16BE(6),
    outcome,
    decided: ((buffer[9] as number) & decidedFlag) !== 0,
    linked: ((buffer[9] as number) & linkedFlag) !== 0,
    time: buffer.readUIntBE(10, 6),
    bodyBytes: buffer.readUInt32BE(16),
  };
}

/**
 * Decodes the record at `position`.
 *
 * Errors: STORAGE_CORRUPT when its checksum or length does not fit.
 */
export function decodeRecord(
  position: number,
  bytes: Uint8Array,
  { typeName, schema }: { readonly typeName: (type: number) => string; readonly schema: SchemaLookup },
): StoredRecord {
  const buffer = asBuffer(bytes);
  const header = checkedHeader(position, buffer);
  const end = headerBytes + header.bodyBytes;
  const body = decodeBody(position, buffer, { header, schema });
  return {
    position,
    type: typeName(header.type),
    outcome: header.outcome,
    time: header.time,
    decided: header.decided,
    ...body,
    digest: buffer.subarray(end),
  };
}

/** A record as its texts: JSON is not parsed. */
export interface RecordTexts {
  readonly header: RecordHeader;
  readonly body: RecordBody;
  readonly links: Links;
  readonly digest: Uint8Array;
}

/** As `decodeRecord`, with JSON left as the texts that the log holds. */
export function decodeTexts(position: number, bytes: Uint8Array, schema: SchemaLookup): RecordTexts {
  const buffer = asBuffer(bytes);
  const header = checkedHeader(position, buffer);
  const { value, offset } = schema(header.schema).decode(buffer, headerBytes);
  const links = header.linked ? readLinks(buffer, offset) : {};
  return { header, body: value, links, digest: recordDigest(buffer) };
}

interface BodyDecoding {
  readonly header: RecordHeader;
  readonly schema: SchemaLookup;
}

function decodeBody(position: number, buffer: Buffer, { header, schema }: BodyDecoding) {
  try {
    const { value, offset } = schema(header.schema).decode(buffer, headerBytes);
    const body = fromBody(value, position);
    return header.linked ? { ...body, ...readLinks(buffer, offset) } : body;
  } catch (error) {
    throw undecodable('log', `${position}`, error);
  }
}

/** How a record is decoded for a fold: the readers of two tables, and the key whose changes are wanted, if not all are. */
export interface FoldedDecoding {
  readonly typeName: (type: number) => string;
  readonly schema: SchemaLookup;
  readonly key?: Uint8Array | undefined;
}

/** As `decodeRecord`, of what a fold needs alone, in a third of the time. With a `key`, others may still be among it. */
export function decodeFolded(position: number, bytes: Uint8Array, decoding: FoldedDecoding): FoldedRecord {
  const { typeName, schema, key } = decoding;
  const buffer = asBuffer(bytes);
  const header = checkedHeader(position, buffer);
  if (header.schema !== schemaNumber) return decodeRecord(position, bytes, { typeName, schema });
  return foldedBodies.read(
    { position, type: typeName(header.type), outcome: header.outcome, time: header.time },
    { buffer, at: headerBytes, key },
  );
}

const foldedBodies = new FoldedBodyReader();

function checkedHeader(position: number, buffer: Buffer): RecordHeader {
  const header = decodeHeader(buffer);
  const end = headerBytes + header.bodyBytes;
  if (end + digestBytes !== buffer.length || crc32(buffer.subarray(4, end)) !== buffer.readUInt32BE(0)) {
    throw new TxlogError('STORAGE_CORRUPT', `record ${position} does not fit its checksum`, {
      next: ['txlog verify', 'txlog rescan --verify'],
    });
  }
  return header;
}

/**
 * The number and name of the type that a record is the first one of; undefined of any other record. So the log itself
 * names all its types, and its chain covers their names.
 *
 * Errors: STORAGE_CORRUPT when the record does not fit its checksum.
 */
export function namedType(position: number, bytes: Uint8Array): { type: number; name: string } | undefined {
  const buffer = asBuffer(bytes);
  if (((buffer[9] ?? 0) & namedFlag) === 0) return undefined;
  const { type, bodyBytes } = checkedHeader(position, buffer);
  const end = headerBytes + bodyBytes - 1;
  return { type, name: buffer.toString('utf8', end - (buffer[end] ?? 0), end) };
}

/** The chain digest that a record carries. */
export function recordDigest(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.length - digestBytes);
}

/** Recomputes a record's digest from its bytes and the digest before it. */
export function chainDigest(previous: Uint8Array, bytes: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([previous, bytes.subarray(0, bytes.length - digestBytes)]));
}
