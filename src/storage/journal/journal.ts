import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { RowPut, Snapshot } from '../../ports/storage.ts';
import {
  continues,
  decodeEntry,
  encodeEntry,
  entryHeadBytes,
  type Link,
  lengthOfEntry,
  lengthWith,
  type ReadEntry,
  seedOf,
} from './entry.ts';
import type { JournalFile } from './journal-file.ts';
import { type Mark, readMark } from './mark.ts';
import { type Published, PublishedFile } from './published.ts';
import { Tail } from './tail.ts';

/** An entry that takes more than this part of the room goes into the tables at once. */
const largeShare = 4;

/** The files of a journal, and what it needs to know of the machine. */
export interface JournalFiles {
  readonly entries: JournalFile;
  readonly published: JournalFile;
  /** Names this start of the machine. */
  readonly boot: string;
  /** Calls back soon after any process told that more is durable; returns how to stop. */
  watch(changed: () => void): () => void;
}

/** An entry that is in the file, and not known to be on stable storage. */
export interface WrittenEntry extends ReadEntry {
  readonly epoch: number;
}

/**
 * The journal as one process knows it: the entries after the mark, as far as they are durable.
 *
 * Invariants: `tail` holds the rows of the entries (mark, sequence], all durable. `at` is where entry sequence + 1 begins.
 * What lies there counts only when it continues `digest`.
 */
export class Journal {
  private readonly files: JournalFiles;
  private readonly published: PublishedFile;
  private epoch = 0;
  private link: Link = { sequence: 0, digest: Buffer.alloc(0) };
  private at = 0;
  private isToldAtThisBoot = false;
  tail = new Tail();

  constructor(files: JournalFiles) {
    this.files = files;
    this.published = new PublishedFile(files.published, files.boot);
  }

  /**
   * Takes in what became durable since. False when `base` is too old for that, or a reader came between two writes of
   * another process: look again at a newer state. `base` is never older than the one before.
   */
  follow(base: Snapshot): boolean {
    this.begin(base);
    const published = this.published.read();
    this.isToldAtThisBoot = published.isOfThisBoot;
    if (!published.isOfThisBoot) {
      // Nothing was written since the machine started: what the file has is what survived.
      const survived = this.rest();
      // A writer that came meanwhile may have written an entry that is not flushed.
      if (this.published.read().isOfThisBoot) return false;
      for (const entry of survived) this.take(entry);
    }
    if (published.epoch !== this.epoch) return published.epoch < this.epoch;
    if (published.sequence <= this.sequence) return true;
    return published.isOfThisBoot && this.load(published);
  }

  /**
   * With the lock held: as `follow`, and what others wrote without having told that it is durable is written again and
   * flushed. A flush of theirs may have failed, and the kernel then calls the pages clean.
   *
   * Errors: STORAGE_CORRUPT; those of the system.
   */
  followUnderLock(base: Snapshot): void {
    if (!this.follow(base)) throw this.damaged();
    const rest = this.rest();
    if (rest.length === 0 && this.isToldAtThisBoot) return;
    const { entries } = this.files;
    const length = (rest.at(-1)?.end ?? this.at) - this.at;
    if (length > 0) entries.write(this.at, entries.read(this.at, length));
    entries.sync();
    for (const entry of rest) this.take(entry);
    this.publish();
  }

  /**
   * With the lock held: puts an entry after the newest one; undefined when it has no room, or is so large that to
   * write it twice costs more than a flush. Errors: those of the system.
   */
  write(puts: readonly RowPut[]): WrittenEntry | undefined {
    const length = lengthWith(puts);
    const end = this.at + length;
    const { room } = this.files.entries;
    if (end > room || length > room / largeShare) return undefined;
    const { bytes, ...entry } = encodeEntry(this.link, puts);
    this.files.entries.write(this.at, bytes);
    return { ...entry, epoch: this.epoch, end };
  }

  sync(): void {
    this.files.entries.sync();
  }

  syncSoon(): Promise<void> {
    return this.files.entries.syncSoon();
  }

  /** With the lock held, after a flush that began when the entry was written: everybody may see it now. */
  settle(entry: WrittenEntry): void {
    // Another process took it into the tables, and may have died before it told.
    if (this.epoch > entry.epoch) return;
    const published = this.published.read();
    const isTold =
      published.epoch > entry.epoch || (published.epoch === entry.epoch && published.sequence >= entry.sequence);
    if (isTold) return;
    if (this.sequence < entry.sequence) {
      assert(entry.sequence === this.sequence + 1, 'entries settle in their order');
      this.take(entry);
    }
    this.publish();
  }

  /** The mark that a fold of all entries into the tables leaves. */
  nextMark(): Mark {
    const epoch = this.epoch + 1;
    return { epoch, sequence: this.sequence, digest: seedOf(this.link.digest, epoch) };
  }

  /** With the lock held, after the tables took all entries: the journal begins anew. */
  restart(mark: Mark): void {
    this.goTo(mark);
    this.publish();
  }

  close(): void {
    this.files.entries.close();
    this.files.published.close();
  }

  /** Whether the tables hold all entries. */
  get isEmpty(): boolean {
    return this.at === 0;
  }

  private get sequence(): number {
    return this.link.sequence;
  }

  private begin(base: Snapshot): void {
    const mark = readMark(base);
    if (mark === undefined) throw this.damaged();
    if (mark.epoch < this.epoch) {
      throw new TxlogError(
        'STORAGE_FAILED',
        `the tables went back to epoch ${mark.epoch} of the journal, from ${this.epoch}`,
        {
          hint: 'Another program opened the environment meanwhile. Run the command again.',
          next: ['txlog doctor', 'txlog verify'],
        },
      );
    }
    if (mark.epoch !== this.epoch) this.goTo(mark);
  }

  private goTo({ epoch, sequence, digest }: Mark): void {
    this.epoch = epoch;
    this.link = { sequence, digest };
    this.at = 0;
    this.tail = new Tail();
  }

  /** Reads what was published. False when it is not there: the file is being used anew, or it is damaged. */
  private load({ sequence, end }: Published): boolean {
    const bytes = this.files.entries.read(this.at, end - this.at);
    const from = this.at;
    while (this.sequence < sequence) {
      const entry = decodeEntry(bytes, this.at - from, this.link);
      if (!entry) return false;
      this.take({ ...entry, end: from + entry.end });
    }
    return true;
  }

  /** The entries after the newest one that is known to be durable. */
  private rest(): readonly ReadEntry[] {
    const found: ReadEntry[] = [];
    let [at, link] = [this.at, this.link];
    for (;;) {
      const head = this.files.entries.read(at, entryHeadBytes);
      const length = continues(head, 0, link) ? lengthOfEntry(head) : 0;
      if (length === 0 || at + length > this.files.entries.room) return found;
      const entry = decodeEntry(this.files.entries.read(at, length), 0, link);
      if (!entry) return found;
      at += length;
      link = entry;
      found.push({ ...entry, end: at });
    }
  }

  private take({ sequence, digest, end, puts }: ReadEntry): void {
    this.tail.add(puts);
    this.link = { sequence, digest };
    this.at = end;
  }

  private publish(): void {
    this.published.write({ epoch: this.epoch, sequence: this.sequence, end: this.at });
  }

  private damaged(): TxlogError {
    return new TxlogError('STORAGE_CORRUPT', `the journal is damaged after entry ${this.sequence}`, {
      hint: 'Acknowledged records may be missing: restore a backup.',
      next: ['txlog verify', 'txlog init NEW --from BACKUP'],
    });
  }
}
