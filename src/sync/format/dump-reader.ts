import { createHash, type KeyObject } from 'node:crypto';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { type EntryDecoder, entryDecoder } from '../../layout/dump-entry.ts';
import type { DumpEntry, EndBody } from '../../layout/dump-schema.ts';
import { type Codec, codecOf } from '../codec/codecs.ts';
import { ByteSource } from './byte-source.ts';
import { type Header, readHeader, syncBytes } from './header.ts';
import { type Manifest, parseManifest, refuseNewer } from './manifest.ts';
import { firstSeal, isSignedBy, nextSeal, sealBytes, sealOf } from './seal.ts';

/** How far a reader trusts a dump. */
export interface DumpReaderOptions {
  /** Every block has to be signed by this Ed25519 key. */
  readonly verifyKey?: KeyObject | undefined;
  /** Take what another program wrote anew: its blocks have no seals that hold. */
  readonly unsealed?: boolean | undefined;
}

/** A block of a dump that is in order. */
export interface Block {
  /** From 1. */
  readonly number: number;
  /** Where it begins in the file. */
  readonly offset: number;
  readonly rawBytes: number;
  /** The entries, without those of the dump's own frame. */
  readonly entries: readonly DumpEntry[];
  /** Where a reader stands that has it; undefined in an unsealed file. */
  readonly cursor: string | undefined;
  /** Set in the last block. */
  readonly end: EndBody | undefined;
}

/** A dump whose first block was read. */
export interface OpenedDump {
  readonly manifest: Manifest;
  readonly codec: string;
  readonly blocks: AsyncGenerator<Block>;
}

/** The summary of a whole dump. */
export interface DumpSummary {
  readonly manifest: Manifest;
  readonly end: EndBody;
  readonly codec: string;
  readonly blocks: number;
  readonly entries: number;
  /** Bytes of the file, and of its blocks unpacked. */
  readonly bytes: number;
  readonly rawBytes: number;
}

interface RawBlock {
  readonly raw: Buffer;
  readonly count: number;
  readonly number: number;
  readonly offset: number;
}

/**
 * Reads a dump block by block. A block is given only once its seal, and its signature where one is wanted, hold: before
 * that nothing of it is decoded.
 *
 * Errors: DUMP_INVALID, DUMP_NEWER, DUMP_DAMAGED naming block and byte, DUMP_INCOMPLETE where there is no END,
 * DUMP_UNTRUSTED, CODEC_UNAVAILABLE, and those of the stream.
 */
export class DumpReader {
  private readonly source: ByteSource;
  private readonly options: DumpReaderOptions;
  private begun: { readonly header: Header; readonly codec: Codec } | undefined;
  /** Made once the first seal holds, which covers the schema. */
  private decoder: EntryDecoder | undefined;
  private previous: Buffer = Buffer.alloc(0);
  private blocks = 0;
  private entries = 0;

  constructor(stream: AsyncIterable<Uint8Array>, options: DumpReaderOptions = {}) {
    this.source = new ByteSource(stream);
    this.options = options;
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.source.offset;
  }

  /** Reads the manifest and the blocks. The first block is read to know. */
  async open(): Promise<OpenedDump> {
    await this.readBegin();
    const first = await this.first();
    const { manifest, rest } = this.begin(first);
    return { manifest, codec: this.opened.codec.name, blocks: this.all(first, rest) };
  }

  /**
   * Checks every block's seal and signature, and that the dump ends; decodes its first block and its last alone, so that
   * this is as fast as the hash. Gives what it says of itself.
   */
  async verify(onBlock: (bytes: number) => void): Promise<DumpSummary> {
    await this.readBegin();
    const first = await this.first();
    const { manifest } = this.begin(first);
    const seen = { rawBytes: first.raw.length, entries: first.count };
    let last = first;
    for (let raw = await this.next(); raw; raw = await this.next()) {
      seen.rawBytes += raw.raw.length;
      seen.entries += raw.count;
      last = raw;
      onBlock(this.bytes);
    }
    this.entries = seen.entries - last.count;
    const end = last === first ? undefined : this.frame(last, this.decode(last)).end;
    if (!end) throw this.incomplete();
    return { manifest, end, ...seen, blocks: this.blocks, bytes: this.bytes, codec: this.opened.codec.name };
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.source.close();
  }

  private async readBegin(): Promise<void> {
    const header = await readHeader(this.source);
    if (header.format === undefined && !this.options.unsealed) throw foreign();
    this.begun = { header, codec: codecOf(header.codec) };
    this.previous = firstSeal(header.bytes);
  }

  private async first(): Promise<RawBlock> {
    const first = await this.next();
    if (first) return first;
    throw new TxlogError('DUMP_INCOMPLETE', `the dump ends at byte ${this.bytes}, before its first block`);
  }

  private begin(first: RawBlock): { readonly manifest: Manifest; readonly rest: readonly DumpEntry[] } {
    const [head, ...rest] = this.decode(first);
    if (head?.kind !== 'BEGIN' || !head.begin) throw this.damaged(first, 'the first entry is not BEGIN');
    const { minReader, manifest, schemaSha256: named } = head.begin;
    refuseNewer(minReader);
    const written = createHash('sha256').update(this.opened.header.schema).digest();
    if (!this.options.unsealed && !written.equals(named)) throw this.damaged(first, 'its header has another schema');
    return { manifest: parseManifest(manifest), rest };
  }

  private async *all(first: RawBlock, rest: readonly DumpEntry[]): AsyncGenerator<Block> {
    try {
      let block = this.frame(first, rest);
      for (;;) {
        yield block;
        if (block.end) break;
        const raw = await this.next();
        if (!raw) throw this.incomplete();
        block = this.frame(raw, this.decode(raw));
      }
      if (!(await this.source.isAtEnd())) {
        throw new TxlogError('DUMP_DAMAGED', `there are bytes after the end of the dump, at byte ${this.bytes}`);
      }
    } finally {
      await this.close();
    }
  }

  /** The next block, unpacked, its seal and signature checked; undefined at the end of the stream. */
  private async next(): Promise<RawBlock | undefined> {
    const { source } = this;
    const { header, codec } = this.opened;
    if (await source.isAtEnd()) return undefined;
    const offset = source.offset;
    const number = ++this.blocks;
    source.limit(limits.dumpBlockBytesMax + 64, `block ${number}`);
    const count = await source.long();
    const packed = await source.take(await source.long());
    const sync = await source.take(syncBytes);
    const block = { number, offset, count };
    if (!sync.equals(header.sync)) throw this.damaged(block, 'it does not end with the marker');
    const raw = codec.unpack(packed, limits.dumpBlockBytesMax);
    if (!raw) throw this.damaged(block, `it cannot be unpacked (${codec.name})`);
    this.check({ ...block, raw });
    if (count < 1 || count > raw.length) throw this.damaged(block, `it says that it has ${count} entries`);
    return { ...block, raw };
  }

  private check(block: RawBlock): void {
    const { verifyKey, unsealed } = this.options;
    const { raw } = block;
    if (!unsealed) {
      const seal = raw.length > sealBytes ? nextSeal(this.previous, raw) : undefined;
      if (!seal?.equals(sealOf(raw))) throw this.damaged(block, 'it does not fit its seal');
    }
    if (verifyKey && !isSignedBy(verifyKey, this.previous, raw)) {
      throw new TxlogError('DUMP_UNTRUSTED', `block ${block.number} is not signed by the key that was given`, {
        hint: 'This block and all blocks after it were not imported.',
      });
    }
    this.previous = Buffer.from(sealOf(raw));
  }

  private decode(block: RawBlock): DumpEntry[] {
    try {
      this.decoder ??= entryDecoder(this.opened.header.schema);
      return this.decoder(block.raw, block.count);
    } catch (error) {
      if (!(error instanceof TxlogError)) throw error;
      throw this.damaged(block, error.message);
    }
  }

  /** Takes the dump's own entries out of a block. */
  private frame(block: RawBlock, entries: readonly DumpEntry[]): Block {
    const { number, offset, raw } = block;
    if (this.options.unsealed) return this.unframed(block, entries);
    const last = entries.at(-1);
    const body = entries.slice(0, -1);
    this.entries += block.count;
    const stray = body.find(({ kind }) => isFrame(kind));
    if (stray) throw this.damaged(block, `${stray.kind} stands among its entries`);
    if (last?.kind === 'CHECKPOINT' && last.checkpoint) {
      if (last.checkpoint.entries !== this.entries - 1)
        throw this.damaged(block, 'its checkpoint counts other entries');
      return { number, offset, rawBytes: raw.length, entries: body, cursor: last.checkpoint.cursor, end: undefined };
    }
    if (last?.kind !== 'END' || !last.end) throw this.damaged(block, 'its last entry is neither CHECKPOINT nor END');
    if (last.end.entries !== this.entries - 1) throw this.damaged(block, 'its END counts other entries');
    return { number, offset, rawBytes: raw.length, entries: body, cursor: last.end.cursor, end: last.end };
  }

  /** A file that was written anew has its blocks cut anywhere. */
  private unframed({ number, offset, raw }: RawBlock, entries: readonly DumpEntry[]): Block {
    const end = entries.find(({ kind }) => kind === 'END')?.end ?? undefined;
    const body = entries.filter(({ kind }) => !isFrame(kind));
    return { number, offset, rawBytes: raw.length, entries: body, cursor: undefined, end };
  }

  private get opened() {
    if (!this.begun) throw new TxlogError('DUMP_INVALID', 'the dump was not opened');
    return this.begun;
  }

  private incomplete(): TxlogError {
    return new TxlogError(
      'DUMP_INCOMPLETE',
      `the dump ends at byte ${this.bytes}, after block ${this.blocks}, without END`,
      {
        hint: 'All blocks up to there are whole.',
      },
    );
  }

  private damaged(
    { number, offset }: { readonly number: number; readonly offset: number },
    reason: string,
  ): TxlogError {
    return new TxlogError('DUMP_DAMAGED', `block ${number}, at byte ${offset}: ${reason}`, {
      next: ['txlog sync verify FILE'],
    });
  }
}

function isFrame(kind: string): boolean {
  return kind === 'BEGIN' || kind === 'CHECKPOINT' || kind === 'END';
}

function foreign(): TxlogError {
  return new TxlogError('DUMP_INVALID', 'another program has rewritten this file: its seals are not valid', {
    next: ['txlog sync import --unsealed FILE'],
  });
}
