import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { loadAvro } from './avro.ts';
import { type DumpEntry, dumpSchema } from './dump-schema.ts';

/** The part of an Avro type that is used here. */
interface AvroType {
  encode(value: unknown, buffer: Buffer, at: number): number;
  decode(buffer: Buffer, at: number, resolver?: unknown): { readonly value: unknown; readonly offset: number };
  createResolver(writer: AvroType): unknown;
}

let known: AvroType | undefined;

function entryType(): AvroType {
  known ??= loadAvro().Type.forSchema(dumpSchema as never) as unknown as AvroType;
  return known;
}

/** Text of the schema as it stands in the header of a dump. */
export const dumpSchemaText: string = JSON.stringify(dumpSchema);

const absent = {
  begin: null,
  txn: null,
  state: null,
  session: null,
  blob: null,
  checkpoint: null,
  end: null,
  signature: null,
  seal: null,
};

/** Collects the bytes of entries, one after another. */
export class EntryEncoder {
  private arena = Buffer.alloc(512 * 1024);
  private at = 0;

  /** Bytes so far; valid until the next `add`. */
  get bytes(): Buffer {
    return this.arena.subarray(0, this.at);
  }

  get length(): number {
    return this.at;
  }

  /** Forgets all but the first `length` bytes. */
  cut(length: number): void {
    this.at = length;
  }

  /** Adds an entry. */
  add(entry: DumpEntry): void {
    const whole = unionsOf(entry);
    for (;;) {
      const end = entryType().encode(whole, this.arena, this.at);
      if (end >= 0) {
        this.at = end;
        return;
      }
      const larger = Buffer.alloc(Math.max(this.arena.length * 2, this.at - end));
      this.arena.copy(larger, 0, 0, this.at);
      this.arena = larger;
    }
  }
}

// avsc takes a fixed or bytes only as a Buffer.
function unionsOf(entry: DumpEntry): object {
  const { begin, txn, blob, signature, seal } = entry;
  return {
    ...absent,
    ...entry,
    ...(begin && { begin: { ...begin, schemaSha256: Buffer.from(begin.schemaSha256) } }),
    ...(txn?.digest && { txn: { ...txn, digest: Buffer.from(txn.digest) } }),
    ...(blob && { blob: { ...blob, sha256: Buffer.from(blob.sha256), data: Buffer.from(blob.data) } }),
    ...(signature && { signature: Buffer.from(signature) }),
    ...(seal && { seal: Buffer.from(seal) }),
  };
}

/** Decodes the entries of one block: exactly `count`, from the whole of `bytes`. Errors: DUMP_INVALID. */
export type EntryDecoder = (bytes: Buffer, count: number) => DumpEntry[];

/**
 * The decoder for what was written with a schema: this version's, or, resolved by Avro's rules, one of another version.
 *
 * Errors: DUMP_INVALID where the schema cannot be resolved, or could make few bytes stand for many values.
 */
export function entryDecoder(schemaText: string): EntryDecoder {
  const type = entryType();
  const resolver = schemaText === dumpSchemaText ? undefined : foreignResolver(type, schemaText);
  return (bytes, count) => {
    const entries: DumpEntry[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      const { value, offset } = decodeOne(type, { bytes, at }, resolver);
      // Every entry takes bytes: no count makes a reader work for nothing.
      if (offset <= at || offset > bytes.length) throw invalid(`entry ${i + 1} of its block ends too early`);
      at = offset;
      entries.push(value as DumpEntry);
    }
    if (at !== bytes.length) throw invalid(`${bytes.length - at} bytes follow the last entry of a block`);
    return entries;
  };
}

function decodeOne(type: AvroType, { bytes, at }: { readonly bytes: Buffer; readonly at: number }, resolver: unknown) {
  try {
    return type.decode(bytes, at, resolver);
  } catch (cause) {
    throw new TxlogError('DUMP_INVALID', `an entry cannot be decoded: ${(cause as Error).message}`, { cause });
  }
}

function foreignResolver(type: AvroType, schemaText: string): unknown {
  try {
    const schema = JSON.parse(schemaText) as unknown;
    checkSchema(schema);
    const writer = loadAvro().Type.forSchema(schema as never) as unknown as AvroType;
    return type.createResolver(writer);
  } catch (cause) {
    if (cause instanceof TxlogError) throw cause;
    throw new TxlogError('DUMP_INVALID', `the schema is not that of a dump: ${(cause as Error).message}`, { cause });
  }
}

const depthMax = 16;
const primitives = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const composed = new Set(['record', 'enum', 'fixed']);

/** Arrays and maps are refused, and names that are used again: only so a schema can be recursive. */
function checkSchema(schema: unknown, depth = 0): void {
  if (depth > depthMax) throw invalid(`its schema is deeper than ${depthMax}`);
  if (Array.isArray(schema)) {
    for (const branch of schema) checkSchema(branch, depth + 1);
    return;
  }
  if (typeof schema === 'string') {
    if (!primitives.has(schema)) throw invalid('its schema has arrays, maps, or a name that is used again');
    return;
  }
  const { type, fields } = Object(schema) as { readonly type?: unknown; readonly fields?: unknown };
  if (!composed.has(type as string)) checkSchema(type, depth + 1);
  else if (Array.isArray(fields)) for (const field of fields) checkSchema(Object(field).type, depth + 1);
}

function invalid(reason: string): TxlogError {
  return new TxlogError('DUMP_INVALID', `${reason}: this is not a dump as docs/formats/avro-dump.md has it`);
}

/** Bytes of an entry's end, from the signature's field on: `null` or 64 bytes, then the seal's 32 bytes. */
export function tailBytes(isSigned: boolean): number {
  const seal = 1 + 32;
  assert(dumpSchema.fields.at(-1)?.name === 'seal', 'the seal is the last field');
  return (isSigned ? 1 + 64 : 1) + seal;
}
