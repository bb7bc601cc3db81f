import type { JournalFile } from '../../../src/storage/journal/journal-file.ts';
import type { Random } from '../../crash/random.mjs';

const sectorBytes = 512;

/** A process ended in the middle of what it did. */
export class Killed extends Error {}

/** Faults that a process meets, each with a probability. */
export interface Faults {
  /** It ends, after it wrote a part of what it was to write. */
  readonly killed: number;
  /** A flush fails, and the kernel calls the pages clean all the same. */
  readonly flushFails: number;
}

/** What was written into a sector, and when. */
interface Version {
  readonly number: number;
  readonly content: Buffer;
}

/**
 * A file on a disk that loses what was not flushed. All processes see what any of them wrote, as through the page cache of a
 * kernel; a power cut leaves of each sector of 512 bytes what was flushed, or any of the states written since, each sector by
 * itself and in no order.
 */
export class SimFile {
  readonly bytes: Buffer;
  private readonly random: Random;
  private durable: Buffer;
  /** Sectors that the kernel will write at the next flush. */
  private dirty = new Set<number>();
  /** What each sector may hold after a power cut, beside `durable`. */
  private unsafe = new Map<number, readonly Version[]>();
  private writes = 0;
  private cuts = 0;

  constructor(bytes: number, random: Random) {
    this.bytes = Buffer.alloc(bytes);
    this.durable = Buffer.alloc(bytes);
    this.random = random;
  }

  write(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
    for (let sector = Math.floor(at / sectorBytes); sector * sectorBytes < at + bytes.length; sector++) {
      this.dirty.add(sector);
      const version = { number: ++this.writes, content: this.sector(sector) };
      this.unsafe.set(sector, [...(this.unsafe.get(sector) ?? []), version]);
    }
  }

  /** Begins a flush of what is dirty now; `end` makes it durable, or fails. */
  beginFlush(): { readonly end: (fails: boolean) => void } {
    const flushed = [...this.dirty].map((sector) => ({ sector, upTo: this.writes }));
    const { cuts } = this;
    this.dirty.clear();
    return {
      end: (fails) => {
        if (this.cuts > cuts) throw new Killed();
        if (fails) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', errno: -5 });
        for (const { sector, upTo } of flushed) this.keep(sector, upTo);
      },
    };
  }

  /** A sector is durable as it was then; later states stay what a power cut may leave, too. */
  private keep(sector: number, upTo: number): void {
    const versions = this.unsafe.get(sector) ?? [];
    const kept = versions.findLast(({ number }) => number <= upTo);
    kept?.content.copy(this.durable, sector * sectorBytes);
    this.unsafe.set(
      sector,
      versions.filter(({ number }) => number > upTo),
    );
  }

  /** What the next start of the machine finds. */
  cutPower(): void {
    this.cuts += 1;
    for (const [sector, versions] of this.unsafe) {
      const kept = this.random.below(versions.length + 1);
      if (kept > 0) versions[kept - 1]?.content.copy(this.durable, sector * sectorBytes);
    }
    this.unsafe = new Map();
    this.dirty = new Set();
    this.durable.copy(this.bytes);
  }

  private sector(sector: number): Buffer {
    return Buffer.from(this.bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  }
}

/** A process as its files see it. */
export class SimProcess {
  isDead = false;
  private readonly random: Random;
  private readonly faults: Faults;
  private readonly isFast: boolean;

  constructor(random: Random, faults: Faults) {
    this.random = random;
    this.faults = faults;
    this.isFast = random.below(2) === 0;
  }

  open(file: SimFile): JournalFile {
    const sync = () => {
      this.live();
      // Where it dies before its flush, others may have seen what it told too early.
      if (this.faults.killed > 0 && this.random.below(16) === 0) this.die();
      file.beginFlush().end(this.meets('flushFails'));
      if (this.meets('killed')) this.die();
    };
    return {
      room: file.bytes.length,
      isFast: this.isFast,
      read: (at, length) => {
        this.live();
        return Buffer.from(file.bytes.subarray(at, at + length));
      },
      write: (at, bytes) => {
        this.live();
        if (this.meets('killed')) {
          file.write(at, bytes.subarray(0, this.random.below(bytes.length + 1)));
          this.die();
        }
        file.write(at, bytes);
        if (this.meets('killed')) this.die();
      },
      sync,
      syncSoon: async () => {
        if (this.isFast) return sync();
        this.live();
        const flush = file.beginFlush();
        for (let turns = this.random.below(4); turns >= 0; turns--) await new Promise(setImmediate);
        // A flush goes on although its process was killed.
        flush.end(this.meets('flushFails'));
        this.live();
        if (this.meets('killed')) this.die();
      },
      close: () => {},
    };
  }

  die(): never {
    this.isDead = true;
    throw new Killed();
  }

  private live(): void {
    if (this.isDead) throw new Killed();
  }

  private meets(fault: keyof Faults): boolean {
    return this.random.next() < this.faults[fault];
  }
}
