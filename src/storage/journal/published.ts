import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { JournalFile } from './journal-file.ts';

/** How far the journal is durable, as its processes tell each other. */
export interface Published {
  /** The newest durable entry. */
  readonly sequence: number;
  /** Where the journal goes on after it. */
  readonly end: number;
  /** It was written since the machine started, as far as can be told: all that is durable was told here. */
  readonly isOfThisBoot: boolean;
  /** Each process takes it so, whether it is told the start of the machine or not. */
  readonly isSoForAll: boolean;
}

const bootBytes = 8;
const bodyBytes = 16 + bootBytes;
const slotBytes = 512;
/** Room of the file: two slots, written in turn. One that was not written whole leaves the other. */
export const publishedBytes = 2 * slotBytes;
const nothing: Published = { sequence: 0, end: 0, isOfThisBoot: false, isSoForAll: false };

/**
 * The file by which processes see the newest durable entry, in the memory that they share through the kernel. It is written
 * with the lock held, after the flush of what it tells, and is never flushed itself: after a power cut it may be behind the
 * journal, never ahead.
 */
export class PublishedFile {
  private readonly file: JournalFile;
  private readonly boot: Buffer;
  /** The slot that told most when it was read last. */
  private newest = 0;
  private seen: { readonly bytes: Buffer; readonly published: Published } | undefined;

  constructor(file: JournalFile, boot: string) {
    this.file = file;
    this.boot = digestOf(boot);
  }

  /** Where neither slot tells, as in a new file, the entries in the journal are those that survived. */
  read(): Published {
    const bytes = this.file.read(0, publishedBytes);
    // Most reads find what the one before found.
    if (this.seen?.bytes.equals(bytes)) return this.seen.published;
    const [first, second] = [this.parse(bytes, 0), this.parse(bytes, slotBytes)];
    this.newest = isNewer(second, first) ? 1 : 0;
    const published = this.newest === 1 ? second : first;
    this.seen = { bytes, published };
    return published;
  }

  /** To be called with the lock held, after a `read`, once all that it tells is on stable storage. */
  write({ sequence, end }: Pick<Published, 'sequence' | 'end'>): void {
    const bytes = Buffer.alloc(bodyBytes + 4);
    bytes.writeDoubleBE(sequence, 0);
    bytes.writeDoubleBE(end, 8);
    this.boot.copy(bytes, 16);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, bodyBytes)), bodyBytes);
    this.file.write((this.newest === 0 ? 1 : 0) * slotBytes, bytes);
  }

  private parse(bytes: Buffer, at: number): Published {
    const bodyEnd = at + bodyBytes;
    const isWhole = bytes.length >= bodyEnd + 4 && crc32(bytes.subarray(at, bodyEnd)) === bytes.readUInt32BE(bodyEnd);
    if (!isWhole) return nothing;
    const boot = bytes.subarray(at + 16, bodyEnd);
    const isSoForAll = boot.equals(unknown) || (boot.equals(this.boot) && !this.boot.equals(unknown));
    return {
      sequence: bytes.readDoubleBE(at),
      end: bytes.readDoubleBE(at + 8),
      isOfThisBoot: this.isThis(boot),
      isSoForAll,
    };
  }

  /** A process that is not told the start of the machine, as in a service that sees no /proc/sys, may run beside others that are. */
  private isThis(boot: Buffer): boolean {
    return [boot, unknown].some((one) => one.equals(this.boot)) || boot.equals(unknown);
  }
}

function digestOf(boot: string): Buffer {
  return createHash('sha256').update(boot).digest().subarray(0, bootBytes);
}

const unknown = digestOf('');

/** The first writer since the machine started tells as much as was told before, at least. */
function isNewer(a: Published, b: Published): boolean {
  if (a.sequence !== b.sequence) return a.sequence > b.sequence;
  return a.isOfThisBoot && !b.isOfThisBoot;
}
