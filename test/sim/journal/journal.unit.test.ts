// Goal: what a journal acknowledged or showed is never lost, and nothing else appears, whoever dies, whichever flush fails,
// and whatever a power cut leaves of the sectors that were not flushed. Method: several processes on one simulated disk,
// driven by a seed; each start of the machine checks the rows against what was told before.
// TXLOG_SEED repeats a game, TXLOG_RUNS plays more of them.
import { describe, expect, it } from 'vitest';
import type { LockableStorage, Snapshot, Storage } from '../../../src/ports/storage.ts';
import type { JournalFiles } from '../../../src/storage/journal/journal.ts';
import type { JournalFile } from '../../../src/storage/journal/journal-file.ts';
import { openJournaledStorage } from '../../../src/storage/journal/journaled-storage.ts';
import { firstMark, markPut } from '../../../src/storage/journal/mark.ts';
import { publishedBytes } from '../../../src/storage/journal/published.ts';
import { MemoryFiles, openMemoryStorage } from '../../../src/storage/memory/memory-storage.ts';
import { Random } from '../../crash/random.mjs';
import { runs } from '../../kit/length.ts';
import { Killed, SimFile, SimProcess } from './sim-disk.ts';

const games = Math.ceil(100 * runs);
const crashesOfGame = 20;
const stepsOfLife = 40;
const seeds = process.env.TXLOG_SEED
  ? [Number(process.env.TXLOG_SEED)]
  : Array.from({ length: games }, () => Math.floor(Math.random() * 2 ** 31));

const deeds = ['told', 'folds', 'checkpoints', 'intrusions'] as const;
const done = { told: 0, folds: 0, checkpoints: 0, intrusions: 0 };

describe('a journal', () => {
  it.each(seeds)('loses nothing that was told, and shows nothing else (seed %d)', async (seed) => {
    const game = new Game(new Random(seed));
    for (let crash = 0; crash < crashesOfGame; crash++) {
      await game.live();
      if (game.failures.length > 0) throw game.failures[0];
    }
    for (const deed of deeds) done[deed] += game[deed];
  });

  it('met all that it should', () => {
    for (const deed of deeds) expect(done[deed], deed).toBeGreaterThan(0);
  });
});

interface Process {
  readonly process: SimProcess;
  readonly storage: Storage;
}

/** A machine with one environment, and what its processes were told. */
class Game {
  /** Rows of the log that were acknowledged, or shown to anyone: as many from the first one on. */
  told = 0;
  private readonly random: Random;
  private readonly tables = new MemoryFiles();
  private readonly entries: SimFile;
  private readonly published: SimFile;
  private readonly acknowledged = new Set<string>();
  private readonly written = new Set<string>();
  private processes: Process[] = [];
  private boot = 0;
  private shown = 0;
  folds = 0;
  checkpoints = 0;
  intrusions = 0;
  private isJournalLocked = false;
  private isIntruding = false;
  /** What a process met that is no fault of the game. */
  readonly failures: unknown[] = [];
  private next = 0;
  private readonly faults;
  /** All processes are told the start of the machine. */
  private readonly areAllTold: boolean;

  constructor(random: Random) {
    this.random = random;
    this.entries = new SimFile(random.pick([600, 2_000, 8_000]), random);
    this.published = new SimFile(publishedBytes, random);
    this.areAllTold = random.below(4) > 0;
    const often = random.pick([0, 0.002, 0.02]);
    this.faults = { killed: often, flushFails: random.pick([0, 0.01, 0.1]) };
    openMemoryStorage(this.tables).lock(({ commit }) => commit([markPut(firstMark())]));
  }

  /** Processes come, work at the same time, and go. The machine may stop while they are at work. */
  async live(): Promise<void> {
    const steps = this.random.below(stepsOfLife);
    const working = new Set<Promise<void>>();
    for (let step = 0; step < steps; step++) {
      this.processes = this.processes.filter(({ process }) => !process.isDead);
      if (this.processes.length < 3) this.processes.push(this.start());
      const work = this.step(this.random.pick(this.processes)).finally(() => working.delete(work));
      working.add(work);
      if (this.random.below(3) > 0) await new Promise(setImmediate);
    }
    if (this.random.below(2) === 0) await Promise.all(working);
    for (const { process } of this.processes) process.isDead = true;
    this.crash();
    // What they would have done goes nowhere.
    await Promise.all(working);
  }

  /** The power is cut, and comes back: all that was told is there. */
  private crash(): void {
    if (this.random.below(4) > 0) {
      this.entries.cutPower();
      this.published.cutPower();
      this.boot += 1;
    }
    this.processes = [];
    // Where some are not told the start of the machine, a writer has to come first.
    for (const isWriter of this.areAllTold ? [false, true] : [true, false]) {
      const calm = new SimProcess(this.random, { killed: 0, flushFails: 0 });
      const storage = this.open(calm);
      if (isWriter) storage.transact((tx) => this.look(tx));
      storage.read((snapshot) => this.look(snapshot));
    }
  }

  /** Another process adds to the journal while one writes the tables. */
  private intrude(): void {
    const calm = new SimProcess(this.random, { killed: 0, flushFails: 0 });
    const tables = openMemoryStorage(this.tables);
    const noRoom = new Error('the journal has no room');
    const refuse = () => {
      throw noRoom;
    };
    const lock: LockableStorage['lock'] = (work) => tables.lock((locked) => work({ ...locked, commit: refuse }));
    const storage = openJournaledStorage({ ...tables, lock }, this.filesOf(calm));
    try {
      this.acknowledge(storage.transact((tx) => this.put(tx)));
      this.intrusions += 1;
    } catch (error) {
      if (error !== noRoom) throw error;
    }
  }

  private start(): Process {
    const process = new SimProcess(this.random, this.faults);
    return { process, storage: this.open(process) };
  }

  private open(process: SimProcess): Storage {
    return openJournaledStorage(this.tablesOf(process), this.filesOf(process));
  }

  private filesOf(process: SimProcess): JournalFiles {
    return {
      entries: this.intrudedOn(process.open(this.entries)),
      published: process.open(this.published),
      boot: this.areAllTold || this.random.below(2) === 0 ? `${this.boot}` : '',
      lock: (work) => {
        this.mayIntrude();
        this.isJournalLocked = true;
        try {
          return work();
        } finally {
          this.isJournalLocked = false;
        }
      },
      requireRoom() {},
      watch: () => () => {},
      close() {},
    };
  }

  /** Where the lock is free while a process flushes, another one adds to the journal, or reads, before that or after. */
  private intrudedOn(file: JournalFile): JournalFile {
    return {
      ...file,
      sync: () => {
        this.mayIntrude();
        file.sync();
        this.mayIntrude();
      },
    };
  }

  private mayIntrude(): void {
    if (this.isJournalLocked || this.isIntruding || this.random.below(4) > 0) return;
    this.isIntruding = true;
    try {
      // Where some are not told the start of the machine, only a writer may come first.
      if (!this.areAllTold || this.random.below(2) === 0) this.intrude();
      else this.open(new SimProcess(this.random, { killed: 0, flushFails: 0 })).read((snapshot) => this.look(snapshot));
    } finally {
      this.isIntruding = false;
    }
  }

  /** The tables keep what was committed; a process may die before it, or right after. */
  private tablesOf(process: SimProcess): LockableStorage {
    const tables = openMemoryStorage(this.tables);
    const isStruck = () => this.random.next() < this.faults.killed;
    return {
      ...tables,
      lock: (work) =>
        tables.lock((locked) =>
          work({
            ...locked,
            commit: (puts) => {
              if (isStruck()) process.die();
              if (!this.isJournalLocked && this.random.below(2) === 0) this.intrude();
              locked.commit(puts);
              if (isStruck()) process.die();
            },
          }),
        ),
    };
  }

  private async step({ storage }: Process): Promise<void> {
    try {
      await this.random
        .pick([this.append, this.append, this.append, this.appendAtOnce, this.checkpoint, this.fold, this.see])
        .call(this, storage);
    } catch (error) {
      // A failed flush is told, and its outcome is unknown. Nothing else may be refused.
      const { cause } = error as { cause?: { code?: unknown } };
      const isTold = error instanceof Killed || cause instanceof Killed || cause?.code === 'EIO';
      if (!isTold) this.failures.push(error);
    }
  }

  private async append(storage: Storage): Promise<void> {
    this.acknowledge(await storage.write((tx) => this.put(tx), this.random.pick(['log', 'log', 'any'] as const)));
    storage.read((snapshot) => this.look(snapshot));
  }

  private async appendAtOnce(storage: Storage): Promise<void> {
    this.acknowledge(storage.transact((tx) => this.put(tx)));
  }

  /** The log may grow meanwhile. */
  private async checkpoint(storage: Storage): Promise<void> {
    await storage.write((tx) => tx.put('states', Buffer.from('folded'), Buffer.from(`${this.next}`)), 'indexes');
    this.checkpoints += 1;
  }

  /** As an engine does that has no checkpoints. */
  private async fold(storage: Storage): Promise<void> {
    await storage.write((tx) => tx.put('states', Buffer.from('folded'), Buffer.from(`${this.next}`)));
    this.folds += 1;
  }

  private async see(storage: Storage): Promise<void> {
    if (this.random.below(2) === 0) {
      storage.read((snapshot) => this.look(snapshot));
      return;
    }
    const { snapshot, release } = storage.pin();
    const before = this.look(snapshot);
    await new Promise(setImmediate);
    expect(rowsOf(snapshot).length).toBe(before);
    release();
  }

  /** A row that names itself, with a length of its own, and a head that names the row, as the engine writes them. */
  private put(tx: Parameters<Parameters<Storage['write']>[0]>[0]): string {
    const position = tx.count('log') + 1;
    expect(headOf(tx)).toBe(position - 1);
    const id = `${position}:${this.next++}:${'x'.repeat(this.random.below(300))}`;
    this.written.add(id);
    tx.append('log', keyOf(position), Buffer.from(id));
    tx.put('meta', head, Buffer.from(`${position}`));
    return id;
  }

  private acknowledge(id: string): void {
    this.acknowledged.add(id);
    this.told = Math.max(this.told, positionOf(id));
  }

  /** Looks at all rows: they are those that were written, without a gap, and all that was told is among them. */
  private look(snapshot: Snapshot): number {
    const rows = rowsOf(snapshot);
    const strange = rows.filter((id, i) => positionOf(id) !== i + 1 || !this.written.has(id));
    expect(strange).toEqual([]);
    expect(headOf(snapshot)).toBe(rows.length);
    const lost = [...this.acknowledged].filter((id) => rows[positionOf(id) - 1] !== id);
    expect(lost, 'rows that were told before').toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(this.told);
    this.told = rows.length;
    // From here on they were shown, each of them.
    for (const id of rows.slice(this.shown)) this.acknowledged.add(id);
    this.shown = rows.length;
    return rows.length;
  }
}

const head = Buffer.from('head');
const keyOf = (position: number) => Buffer.from(`${position}`.padStart(8, '0'));
const positionOf = (id: string) => Number(id.split(':')[0]);

const headOf = (snapshot: Snapshot) => Number(Buffer.from(snapshot.get('meta', head) ?? []).toString());

function rowsOf(snapshot: Snapshot): string[] {
  return [...snapshot.range('log')].map(({ value }) => Buffer.from(value).toString());
}
