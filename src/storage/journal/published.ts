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
/** Room of the file. */
export const publishedBytes = bodyBytes + 4;
/** A read may fall into a write of another process: then it is read again. */
const attemptsMax = 1_000;
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

  /** A damaged file tells nothing, as one that was never written: the end of the journal is looked for then. */
  read(): Published {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const bytes = this.file.read(0, publishedBytes);
      if (bytes.length < publishedBytes || bytes.every((byte) => byte === 0)) return nothing;
      if (crc32(bytes.subarray(0, bodyBytes)) === bytes.readUInt32BE(bodyBytes)) return this.parse(bytes);
    }
    return nothing;
  }

  /** To be called with the lock held, once all that it tells is on stable storage. */
  write({ epoch, sequence, end }: Omit<Published, 'isOfThisBoot'>): void {
    const bytes = Buffer.alloc(publishedBytes);
    bytes.writeDoubleBE(epoch, 0);
    bytes.writeDoubleBE(sequence, 8);
    bytes.writeDoubleBE(end, 16);
    this.boot.copy(bytes, 24);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, bodyBytes)), bodyBytes);
    this.file.write(0, bytes);
  }

  private parse(bytes: Buffer): Published {
    return {
      epoch: bytes.readDoubleBE(0),
      sequence: bytes.readDoubleBE(8),
      end: bytes.readDoubleBE(16),
      isOfThisBoot: bytes.subarray(24, bodyBytes).equals(this.boot),
    };
  }
}
