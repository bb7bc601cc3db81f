import { assert } from '../core/base/assert.ts';
import { limits } from '../core/base/limits.ts';
import type { FoldedRecord, StoredRecord } from '../core/log/record.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';
import { asBuffer } from './bytes.ts';
import { damagedRow, undecodable } from './damaged-row.ts';
import { toHex } from './hex.ts';
import { positionKey, textKey } from './keys.ts';
import {
  compileRecordSchema,
  decodeFolded,
  decodeRecord,
  decodeTexts,
  type RecordTexts,
  type SchemaLookup,
  schemaNumber,
} from './record-codec.ts';
import { recordSchema } from './record-schema.ts';

/**
 * What is needed to read and name records: type names by number, and schemas by number. Both tables only grow, so
 * a miss means that another process added a row: read again.
 */
export class TypeRegistry {
  private readonly names = new Map<number, string>();
  private readonly numbers = new Map<string, number>();
  private readonly schemas = new Map<number, ReturnType<SchemaLookup>>();
  private hasSchema = false;

  /** Number of a type, or undefined when the log has none of it. */
  typeNumber(snapshot: Snapshot, name: string): number | undefined {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.loadTypes(snapshot);
    return this.numbers.get(name);
  }

  /** Numbers of the types that were used, by name. */
  types(snapshot: Snapshot): ReadonlyMap<string, number> {
    this.loadTypes(snapshot);
    return this.numbers;
  }

  /** Name of a type. Errors: STORAGE_CORRUPT when no row has the number. */
  typeName(snapshot: Snapshot, number: number): string {
    const known = this.names.get(number);
    if (known !== undefined) return known;
    this.loadTypes(snapshot);
    const name = this.names.get(number);
    if (name === undefined) throw damagedRow('types', `${number}`, 'it is missing');
    return name;
  }

  /** Takes over a name that a record of the log gives: that is the truth, whatever the table says. */
  learn({ type, name }: { readonly type: number; readonly name: string }): void {
    const wrong = this.names.get(type);
    if (wrong === name) return;
    if (wrong !== undefined) this.numbers.delete(wrong);
    this.names.set(type, name);
    this.numbers.set(name, type);
  }

  /** Number of a type; the first use of a name takes the next number and writes its row. */
  addType(tx: WriteTx, name: string, added: Map<string, number>): number {
    const known = this.typeNumber(tx, name) ?? added.get(name);
    if (known !== undefined) return known;
    const number = this.numbers.size + added.size + 1;
    assert(number <= limits.typesMax, 'more than 65,535 request types');
    tx.append('types', typeKey(number), textKey(name));
    added.set(name, number);
    return number;
  }

  /** Decodes the record at a position, or gives undefined when the log has none there. */
  record(snapshot: Snapshot, position: number): StoredRecord | undefined {
    const bytes = snapshot.get('log', positionKey(position));
    return bytes && this.decode(snapshot, position, bytes);
  }

  /** The record at a position that a row names. Errors: STORAGE_CORRUPT when the log has none there. */
  known(snapshot: Snapshot, position: number): StoredRecord {
    const record = this.record(snapshot, position);
    if (record) return record;
    throw damagedRow('log', `${position}`, 'it is missing, or a row that names it is damaged');
  }

  /** As `record`, of what a fold needs alone; with a `key`, of what its fold needs. */
  folded(snapshot: Snapshot, position: number, key?: Uint8Array): FoldedRecord | undefined {
    const bytes = snapshot.get('log', positionKey(position));
    return bytes && this.decodeFolded(snapshot, { position, bytes }, key);
  }

  /** Decodes record bytes. */
  decode(snapshot: Snapshot, position: number, bytes: Uint8Array): StoredRecord {
    return decodeRecord(position, bytes, {
      typeName: (type) => this.typeName(snapshot, type),
      schema: (schema) => this.schema(snapshot, schema),
    });
  }

  /** Decodes what a fold needs of record bytes. */
  decodeFolded(
    snapshot: Snapshot,
    { position, bytes }: { readonly position: number; readonly bytes: Uint8Array },
    key?: Uint8Array,
  ): FoldedRecord {
    return decodeFolded(position, bytes, {
      typeName: (type) => this.typeName(snapshot, type),
      schema: (schema) => this.schema(snapshot, schema),
      key,
    });
  }

  /** As `decode`, with JSON left as the texts that the log holds. */
  decodeTexts(snapshot: Snapshot, position: number, bytes: Uint8Array): RecordTexts {
    return decodeTexts(position, bytes, (schema) => this.schema(snapshot, schema));
  }

  /** Sees to it that the schema that records are encoded with is there: a later version brings its own. */
  ensureSchema(tx: WriteTx): void {
    if (this.hasSchema) return;
    this.hasSchema = tx.get('schemas', positionKey(schemaNumber)) !== undefined;
    if (!this.hasSchema) TypeRegistry.writeSchema(tx);
  }

  /** Writes the schema that records are encoded with, when the environment is made. */
  static writeSchema(tx: WriteTx): void {
    tx.put('schemas', positionKey(schemaNumber), textKey(JSON.stringify(recordSchema)));
  }

  private schema(snapshot: Snapshot, number: number): ReturnType<SchemaLookup> {
    const known = this.schemas.get(number) ?? this.ownSchema(number);
    if (known) return known;
    const bytes = snapshot.get('schemas', positionKey(number));
    if (!bytes) throw damagedRow('schemas', `${number}`, 'it is missing');
    const schema = compileRow(number, bytes);
    this.schemas.set(number, schema);
    return schema;
  }

  /** The schema that this version writes needs no row. */
  private ownSchema(number: number): ReturnType<SchemaLookup> | undefined {
    if (number !== schemaNumber) return undefined;
    const schema = compileRecordSchema(recordSchema);
    this.schemas.set(number, schema);
    return schema;
  }

  private loadTypes(snapshot: Snapshot): void {
    if (snapshot.count('types') === this.names.size) return;
    for (const { key, value } of snapshot.range('types')) {
      if (key.length !== 2) throw damagedRow('types', toHex(key), 'its key is no number');
      const type = asBuffer(key).readUInt16BE(0);
      if (!this.names.has(type)) this.learn({ type, name: asBuffer(value).toString() });
    }
  }
}

function compileRow(number: number, bytes: Uint8Array): ReturnType<SchemaLookup> {
  try {
    return compileRecordSchema(JSON.parse(asBuffer(bytes).toString()));
  } catch (error) {
    throw undecodable('schemas', `${number}`, error);
  }
}

/** Key of a row of `types`. */
export function typeKey(type: number): Buffer {
  const key = Buffer.alloc(2);
  key.writeUInt16BE(type);
  return key;
}
