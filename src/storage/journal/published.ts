import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { JournalFile } from './journal-file.ts';

/** How far the journal is durable, as its processes tell each other. */
export interface Published {
  readonly epoch: number;
  /** The newest durable entry. */
  readonly sequence: number;
  /** Where the journal goes on after it. */
  readonly end: number;
  /** It was written since the machine started: all that is durable was told here. */
  readonly isOfThisBoot: boolean;
}

const bootBytes = 8;
const bodyBytes = 24 + bootBytes;
const slotBytes = 512;
/** Two slots, written in turn: one that was not written whole leaves the other. */
const slots = [0, 1] as const;
/** Room of the file. */
export const publishedBytes = slots.length * slotBytes;
const nothing: Published = { epoch: 0, sequence: 0, end: 0, isOfThisBoot: false };

/**
 * The file by which processes see the newest durable entry, in the memory that they share through the kernel. It is written
 * with the lock held, after the flush of what it tells, and is never flushed itself: after a power cut it may be behind the
 * journal, never ahead.
 */
export class PublishedFile {
  private readonly file: JournalFile;
  private readonly boot: Buffer;

  constructor(file: JournalFile, boot: string) {
    this.file = file;
    this.boot = createHash('sha256').update(boot).digest().subarray(0, bootBytes);
  }

  /** Where neither slot tells, as in a new file: what is in the journal is what survived. */
  read(): Published {
    return this.readSlots().reduce((newest, told) => (isNewer(told, newest) ? told : newest), nothing);
  }

  /** To be called with the lock held, once all that it tells is on stable storage. */
  write({ epoch, sequence, end }: Omit<Published, 'isOfThisBoot'>): void {
    const bytes = Buffer.alloc(bodyBytes + 4);
    bytes.writeDoubleBE(epoch, 0);
    bytes.writeDoubleBE(sequence, 8);
    bytes.writeDoubleBE(end, 16);
    this.boot.copy(bytes, 24);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, bodyBytes)), bodyBytes);
    const [first, second] = this.readSlots() as [Published, Published];
    this.file.write(isNewer(first, second) ? slotBytes : 0, bytes);
  }

  private readSlots(): readonly Published[] {
    const bytes = this.file.read(0, publishedBytes);
    return slots.map((slot) => this.parse(bytes.subarray(slot * slotBytes, slot * slotBytes + bodyBytes + 4)));
  }

  private parse(bytes: Buffer): Published {
    const isWhole = bytes.length > bodyBytes && crc32(bytes.subarray(0, bodyBytes)) === bytes.readUInt32BE(bodyBytes);
    if (!isWhole) return nothing;
    return {
      epoch: bytes.readDoubleBE(0),
      sequence: bytes.readDoubleBE(8),
      end: bytes.readDoubleBE(16),
      isOfThisBoot: bytes.subarray(24, bodyBytes).equals(this.boot),
    };
  }
}

function isNewer(a: Published, b: Published): boolean {
  if (a.isOfThisBoot !== b.isOfThisBoot) return a.isOfThisBoot;
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.sequence > b.sequence);
}
