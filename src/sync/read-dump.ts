import { TxlogError } from '../core/base/errors.ts';
import type { JsonObject, JsonValue } from '../core/base/json.ts';
import type { LogRecord } from '../core/log/record.ts';
import { fromTransaction } from '../layout/dump-record.ts';
import type { DumpEntry } from '../layout/dump-schema.ts';
import { toHex } from '../layout/hex.ts';
import { toRecordJson } from '../layout/json-shapes.ts';
import { firstDigest, RecordEncoder, recordDigest } from '../layout/record-codec.ts';
import { DumpReader, type DumpReaderOptions, type DumpSummary } from './format/dump-reader.ts';
import { isWhole, manifestText } from './format/manifest.ts';

/** How to verify. */
export interface VerifyOptions extends DumpReaderOptions {
  /** Also decodes every record, and computes its link of the chain anew. */
  readonly records?: boolean | undefined;
  /** Called after each block, with the bytes that were read. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Proves that a dump is whole: every byte is covered by a seal, and its END is there. With `records`, that its records
 * are those of the chain that they name.
 *
 * Errors: the DUMP_ codes, naming block and byte.
 */
export async function verifyDump(stream: AsyncIterable<Uint8Array>, options: VerifyOptions = {}): Promise<DumpSummary> {
  if (options.records) return verifyRecords(stream, options);
  const reader = new DumpReader(stream, options);
  try {
    return await reader.verify((bytes) => options.onProgress?.(bytes));
  } finally {
    await reader.close();
  }
}

async function verifyRecords(stream: AsyncIterable<Uint8Array>, options: VerifyOptions): Promise<DumpSummary> {
  const reader = new DumpReader(stream, options);
  const { manifest, blocks, codec } = await reader.open();
  // From the first record on, a log can be computed anew; from the middle of one, its numbers of types are not known.
  const chain = isWhole(manifest) && manifest.after.position === 0 ? new Chain() : undefined;
  const seen = { blocks: 0, rawBytes: 0 };
  for await (const { number, entries, rawBytes, end } of blocks) {
    for (const { kind, position, txn } of entries) {
      if (kind !== 'TXN' || !txn) continue;
      const record = fromTransaction(position, txn);
      if (!chain || chain.continuesWith(record, txn.digest)) continue;
      throw new TxlogError('DUMP_INVALID', `block ${number}: record ${position} does not continue the chain`);
    }
    seen.blocks = number;
    seen.rawBytes += rawBytes;
    options.onProgress?.(reader.bytes);
    if (end) return { manifest, end, codec, ...seen, entries: end.entries + 1, bytes: reader.bytes };
  }
  throw new TxlogError('DUMP_INCOMPLETE', 'the dump has no END');
}

/** Computes the chain of a log from its first record on. */
class Chain {
  private readonly encoder = new RecordEncoder();
  private readonly types = new Map<string, number>();
  private digest: Uint8Array = firstDigest;

  continuesWith(record: LogRecord, digest: Uint8Array | null): boolean {
    const known = this.types.get(record.type);
    const type = known ?? this.types.size + 1;
    if (known === undefined) this.types.set(record.type, type);
    this.encoder.start(this.digest);
    this.digest = Uint8Array.from(recordDigest(this.encoder.encode(record, type, known === undefined)));
    return digest !== null && toHex(this.digest) === toHex(digest);
  }
}

/** The entries of a dump as JSON, one after another: records as `log` prints them. Errors: the DUMP_ codes. */
export async function* readDump(
  stream: AsyncIterable<Uint8Array>,
  options: DumpReaderOptions = {},
): AsyncGenerator<JsonObject> {
  const { manifest, blocks } = await new DumpReader(stream, options).open();
  yield { kind: 'begin', ...(JSON.parse(manifestText(manifest)) as JsonObject) };
  for await (const { entries, end } of blocks) {
    for (const entry of entries) yield toEntryJson(entry);
    if (end) yield { kind: 'end', ...end, counts: JSON.parse(end.counts) as JsonObject };
  }
}

function toEntryJson(entry: DumpEntry): JsonObject {
  const { kind, position, txn, state, session, blob } = entry;
  if (txn) {
    const record = fromTransaction(position, txn);
    return { kind: 'record', ...toRecordJson({ ...record, digest: txn.digest ?? new Uint8Array() }) };
  }
  const at = { position: String(position) };
  if (state) return { ...state, kind: 'state', ...at, of: state.kind, value: jsonOf(state.value) };
  if (session) return { ...session, kind: 'session', ...at, value: jsonOf(session.value) };
  if (blob) {
    const { sha256, index, last, data } = blob;
    return { kind: 'blob', sha256: toHex(sha256), index, last, bytes: data.length };
  }
  return { kind: kind.toLowerCase(), ...at };
}

function jsonOf(text: string | null): JsonValue {
  return text === null ? null : (JSON.parse(text) as JsonValue);
}
