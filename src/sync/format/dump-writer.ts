import type { KeyObject } from 'node:crypto';
import { randomBytes } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { EntryEncoder } from '../../layout/dump-entry.ts';
import type { DumpEntry, EntryKind } from '../../layout/dump-schema.ts';
import type { Codec } from '../codec/codecs.ts';
import { encodeHeader, syncBytes } from './header.ts';
import { dumpFormat, type Manifest, manifestText, schemaSha256 } from './manifest.ts';
import { firstSeal, nextSeal, signBlock } from './seal.ts';
import { formatCursor, type SyncCursor } from './sync-cursor.ts';
import { encodeLong } from './varint.ts';

/** How a dump is written. */
export interface DumpWriterOptions {
  readonly codec: Codec;
  /** Ed25519 key that signs each block. */
  readonly signKey?: KeyObject | undefined;
  /** Random bytes after each block; given by tests alone. */
  readonly sync?: Uint8Array;
}

const noSignature = Buffer.alloc(64);
const noSeal = Buffer.alloc(32);

/**
 * Makes a dump, block by block (docs/formats/avro-dump.md). Each call gives the bytes that are whole by then, or none:
 * whoever writes them on, in order, has a valid dump up to the last block.
 */
export class DumpWriter {
  private readonly encoder = new EntryEncoder();
  private readonly options: DumpWriterOptions;
  private readonly sync: Uint8Array;
  private readonly manifest: Manifest;
  private previous: Buffer = Buffer.alloc(0);
  private isBegun = false;
  private inBlock = 0;
  private cursor: SyncCursor;
  private readonly counts: Partial<Record<EntryKind, number>> = {};
  /** Entries so far, all kinds. */
  entries = 0;

  constructor(manifest: Manifest, options: DumpWriterOptions) {
    this.manifest = manifest;
    this.options = options;
    this.sync = options.sync ?? randomBytes(syncBytes);
    this.cursor = manifest.after;
  }

  /** Whether entries wait for their block to be closed. */
  get isOpen(): boolean {
    return this.inBlock > 0 || !this.isBegun;
  }

  /** Adds an entry. `cursor` is where a reader stands that has it. */
  add(entry: DumpEntry, cursor: SyncCursor): readonly Buffer[] {
    const begun = this.begin();
    this.put(entry);
    this.cursor = cursor;
    if (this.encoder.length > limits.dumpBlockBytesMax - 1024) {
      throw new TxlogError(
        'DUMP_TOO_LARGE',
        `${entry.kind} ${entry.position} is over ${limits.dumpBlockBytesMax} bytes`,
      );
    }
    return this.encoder.length < limits.dumpBlockBytes ? begun : [...begun, ...this.flush()];
  }

  /** Adds an entry that belongs to the next record: a reader that has it alone stands where it stood. */
  addBefore(entry: DumpEntry): readonly Buffer[] {
    return this.add(entry, this.cursor);
  }

  /** Moves the cursor past records that the dump leaves out. */
  pass(cursor: SyncCursor): void {
    this.cursor = cursor;
  }

  /** Closes the block that is open, so that what was added can be read. */
  flush(): readonly Buffer[] {
    const begun = this.begin();
    if (this.inBlock === 0) return begun;
    const { position } = this.cursor;
    const checkpoint = { entries: this.entries, cursor: formatCursor(this.cursor) };
    return [...begun, ...this.close({ kind: 'CHECKPOINT', position, checkpoint })];
  }

  /** Ends the dump. `complete` says whether it holds all that its manifest promises. */
  end(complete: boolean): readonly Buffer[] {
    const rest = this.flush();
    const { position } = this.cursor;
    const cursor = formatCursor(this.cursor);
    const end = { entries: this.entries, cursor, counts: JSON.stringify(this.counts), complete };
    return [...rest, ...this.close({ kind: 'END', position, end })];
  }

  private begin(): readonly Buffer[] {
    if (this.isBegun) return [];
    this.isBegun = true;
    const manifest = manifestText(this.manifest);
    const header = encodeHeader(this.options.codec.name, manifest, this.sync);
    this.previous = firstSeal(header);
    const { position } = this.manifest.after;
    this.put({ kind: 'BEGIN', position, begin: { manifest, schemaSha256, minReader: dumpFormat } });
    return [header];
  }

  private put(entry: DumpEntry): void {
    this.encoder.add(entry);
    this.inBlock += 1;
    this.entries += 1;
    this.counts[entry.kind] = (this.counts[entry.kind] ?? 0) + 1;
  }

  /** Adds the last entry of a block, signs and seals it, and packs it. */
  private close(last: DumpEntry): readonly Buffer[] {
    const { codec, signKey } = this.options;
    this.put({ ...last, signature: signKey ? noSignature : null, seal: noSeal });
    const raw = this.encoder.bytes;
    if (signKey) signBlock(signKey, this.previous, raw);
    this.previous = nextSeal(this.previous, raw);
    this.previous.copy(raw, raw.length - this.previous.length);
    const packed = Buffer.from(codec.pack(raw));
    const head = Buffer.concat([encodeLong(this.inBlock), encodeLong(packed.length)]);
    this.inBlock = 0;
    this.encoder.cut(0);
    return [head, packed, Buffer.from(this.sync)];
  }
}
