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
} from './entry.ts';
import type { JournalFile } from './journal-file.ts';
import { type Mark, markKey, readMark } from './mark.ts';
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
  /** Runs `work` alone among all who write the journal. Errors: those of `work`; STORAGE_FAILED. */
  lock<T>(work: () => T): T;
  /** Refuses a write when the disk has no room to take it into the tables later. Errors: STORAGE_FULL. */
  requireRoom(): void;
  /** Calls back soon after any process told that more is durable; returns how to stop. */
  watch(changed: () => void): () => void;
  close(): void;
}

/** An entry that is in the file, and not known to be on stable storage. */
export type WrittenEntry = ReadEntry;

/**
 * The journal as one process knows it: the entries after the mark, as far as they are durable. They lie in the file as in a
 * ring: one that does not fit before its end begins at its start. The room of entries that the tables hold is free.
 *
 * Invariants: `tail` holds the rows of the entries (mark, sequence], all durable, unless it `owes` a flush: then nobody reads
 * before that. Entry sequence + 1 begins at `at`, or at the start of the file. What lies there counts only when it continues
 * `digest`.
 */
export class Journal {
  private readonly files: JournalFiles;
  private readonly published: PublishedFile;
  private mark: Mark = { writes: 0, sequence: 0, digest: Buffer.alloc(0), at: 0 };
  private link: Link = this.mark;
  private at = 0;
  private isToldAtThisBoot = false;
  /** The row of `mark`, as it was read. */
  private markRow: Buffer | undefined;
  tail = new Tail();
  /** Entries of other writers were taken in that are not flushed: `payFlush` comes before all else. */
  owes = false;

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
    // A writer that cannot know must tell first: else others take its entry for one that survived.
    this.isToldAtThisBoot = published.isSoForAll;
    if (!published.isOfThisBoot) {
      // Nothing was written since the machine started: what the file has is what survived.
      const survived = this.rest();
      // A writer that came meanwhile may have written an entry that is not flushed.
      if (this.published.read().isOfThisBoot) return false;
      for (const entry of survived) this.take(entry);
    }
    if (published.sequence <= this.sequence) return true;
    return published.isOfThisBoot && this.load(published);
  }

  /**
   * With the lock held: as `follow`, and what others wrote without having told that it is durable is written again and
   * flushed. A flush of theirs may have failed, and the kernel then calls the pages clean. With `mayOwe` the flush may be left
   * for when the lock is free again, where it takes so little that nothing else of this thread comes before.
   *
   * Errors: STORAGE_CORRUPT; those of the system.
   */
  followUnderLock(base: Snapshot, mayOwe = false): void {
    if (!this.follow(base)) throw this.damaged();
    const rest = this.rest();
    if (rest.length === 0 && this.isToldAtThisBoot) return;
    const { entries } = this.files;
    for (const { start, end } of rest) entries.write(start, entries.read(start, end - start));
    this.owes = mayOwe && entries.isFast && this.isToldAtThisBoot;
    if (!this.owes) entries.sync();
    for (const entry of rest) this.take(entry);
    if (!this.owes) this.publish();
  }

  /**
   * Flushes what was taken in unflushed, and the entry that was written after it, if any. The lock is free meanwhile: `lock` takes
   * it to tell. After an error all that was not told is forgotten, and read again. Errors: those of the system.
   */
  payFlush(entry: WrittenEntry | undefined): void {
    assert(this.owes, 'a flush is owed');
    try {
      this.sync();
      if (entry) this.take(entry);
      // Another process flushed it, and told.
      if (this.published.read().sequence < this.sequence) this.files.lock(() => this.publishOnce());
    } catch (error) {
      this.forgetTail();
      throw error;
    } finally {
      this.owes = false;
    }
  }

  private publishOnce(): void {
    if (this.published.read().sequence < this.sequence) this.publish();
  }

  private forgetTail(): void {
    this.link = { sequence: this.mark.sequence, digest: this.mark.digest };
    this.at = this.mark.at;
    this.tail = new Tail();
  }

  /**
   * With the lock held: puts an entry after the newest one; undefined when it has no room, or is so large that to
   * write it twice costs more than a flush. Errors: those of the system.
   */
  write(puts: readonly RowPut[]): WrittenEntry | undefined {
    const length = lengthWith(puts);
    const start = this.placeFor(length);
    if (start === undefined) return undefined;
    const { bytes, ...entry } = encodeEntry(this.link, puts);
    this.files.entries.write(start, bytes);
    return { ...entry, start, end: start + length };
  }

  sync(): void {
    this.files.entries.sync();
  }

  syncSoon(): Promise<void> {
    return this.files.entries.syncSoon();
  }

  /** With the lock held, after a flush that began when the entry was written: everybody may see it now. */
  settle(entry: WrittenEntry): void {
    // Another process flushed it, and told.
    if (this.published.read().sequence >= entry.sequence) return;
    if (this.sequence < entry.sequence) {
      assert(entry.sequence === this.sequence + 1, 'entries settle in their order');
      this.take(entry);
    }
    this.publish();
  }

  /** The mark for tables that take all entries of `tail`. */
  nextMark(): Mark {
    return { ...this.link, writes: this.mark.writes + 1, at: this.at };
  }

  /** As `nextMark`, with the lock held, so that the file is empty then: it is used from its start again. */
  nextMarkOfEmpty(): Mark {
    return { ...this.nextMark(), at: 0 };
  }

  /** Goes on after what the tables hold. */
  goTo(mark: Mark): void {
    this.mark = mark;
    this.markRow = undefined;
    if (mark.sequence < this.sequence) {
      this.tail.forget(mark.sequence);
      return;
    }
    this.forgetTail();
  }

  close(): void {
    this.files.close();
  }

  /** Bytes of the file, and of the entries that the tables do not hold. */
  size(): { readonly fileBytes: number; readonly usedBytes: number } {
    const { room } = this.files.entries;
    const [at, used] = [this.at, this.mark.at];
    if (this.isEmpty) return { fileBytes: room, usedBytes: 0 };
    return { fileBytes: room, usedBytes: at > used ? at - used : room - used + at };
  }

  /** Whether the tables hold all entries. */
  get isEmpty(): boolean {
    return this.sequence === this.mark.sequence;
  }

  private get sequence(): number {
    return this.link.sequence;
  }

  private begin(base: Snapshot): void {
    const row = base.get('meta', markKey);
    // Most reads find the tables as the one before found them.
    if (row !== undefined && this.markRow?.equals(row)) return;
    const mark = readMark(base);
    if (mark === undefined) throw this.damaged();
    if (mark.writes < this.mark.writes) {
      throw new TxlogError(
        'STORAGE_FAILED',
        `the tables went back to their write ${mark.writes}, from ${this.mark.writes}`,
        {
          hint: 'Another program opened the environment meanwhile. Run the command again.',
          next: ['txlog doctor', 'txlog verify'],
        },
      );
    }
    if (mark.writes !== this.mark.writes) this.goTo(mark);
    this.markRow = row && Buffer.from(row);
  }

  /** Where an entry of so many bytes begins; undefined when there is no room for it. */
  private placeFor(length: number): number | undefined {
    const { room } = this.files.entries;
    if (length > room / largeShare) return undefined;
    const [at, used] = [this.at, this.mark.at];
    // The entries that the tables do not hold reach from `used` to `at`, or over the end of the file.
    const isOverEnd = !this.isEmpty && at <= used;
    if (at + length <= (isOverEnd ? used : room)) return at;
    return !isOverEnd && length <= used ? 0 : undefined;
  }

  /** Reads what was published. False when it is not there: its room is used anew, or it is damaged. */
  private load({ sequence, end }: Published): boolean {
    const { entries } = this.files;
    // One read for all, or two where they go over the end of the file.
    let [at, from] = [this.at, this.at];
    let bytes = entries.read(from, (end > from ? end : entries.room) - from);
    while (this.sequence < sequence) {
      const entry = decodeEntry(bytes, at - from, this.link);
      if (entry) {
        this.take({ ...entry, start: at, end: from + entry.end });
        at = this.at;
        continue;
      }
      if (from === 0) return false;
      [at, from] = [0, 0];
      bytes = entries.read(0, end);
    }
    return true;
  }

  /** The entries after the newest one that is known to be durable. */
  private rest(): readonly ReadEntry[] {
    const found: ReadEntry[] = [];
    let [at, link] = [this.at, this.link];
    for (;;) {
      const entry = this.entryAt(at, link) ?? (this.mayPassEnd(at) ? this.entryAt(0, link) : undefined);
      if (!entry) return found;
      at = entry.end;
      link = entry;
      found.push(entry);
    }
  }

  /** Whether some entry has no room between a place and the end of the file. */
  private mayPassEnd(at: number): boolean {
    const { room } = this.files.entries;
    return at + room / largeShare > room;
  }

  private entryAt(at: number, link: Link): ReadEntry | undefined {
    const { entries } = this.files;
    const head = entries.read(at, entryHeadBytes);
    const length = continues(head, 0, link) ? lengthOfEntry(head) : 0;
    if (length === 0 || at + length > entries.room) return undefined;
    const entry = decodeEntry(entries.read(at, length), 0, link);
    return entry && { ...entry, start: at, end: at + length };
  }

  private take({ sequence, digest, end, puts }: ReadEntry): void {
    this.tail.add(puts, sequence);
    this.link = { sequence, digest };
    this.at = end;
  }

  private publish(): void {
    this.published.write({ sequence: this.sequence, end: this.at });
  }

  damaged(): TxlogError {
    return new TxlogError('STORAGE_CORRUPT', `the journal is damaged after entry ${this.sequence}`, {
      hint: 'Acknowledged records may be missing: restore a backup.',
      next: ['txlog verify', 'txlog init NEW --from BACKUP'],
    });
  }
}
