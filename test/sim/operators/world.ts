import { setImmediate as nextTurn } from 'node:timers/promises';
import { TxlogError } from '../../../src/core/base/errors.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Storage, WriteTx } from '../../../src/ports/storage.ts';

const quietTurns = 4;

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly process: SimProcess;
  run(): void;
}

/** Time and chance of a simulation. Nothing in it happens but by these. */
export class SimWorld {
  wall = 1_700_000_000_000;
  elapsed = 1_000_000;
  /** Rises with whatever happens, so that it is known when nothing does. */
  activity = 0;
  private timers: Timer[] = [];
  private order = 0;
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 to less than 1: mulberry32. */
  random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  after(process: SimProcess, ms: number, run: () => void): () => void {
    this.order += 1;
    const timer = { at: this.elapsed + ms, order: this.order, process, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, each timer in its turn; those of a process that is stopped wait for it, those of a dead one never run. */
  async pass(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await this.settle();
    for (let next = this.next(end); next; next = this.next(end)) {
      const timer = next;
      this.timers = this.timers.filter((other) => other !== timer);
      this.sleep(Math.max(0, timer.at - this.elapsed));
      timer.run();
      await this.settle();
    }
    this.sleep(end - this.elapsed);
  }

  forget(process: SimProcess): void {
    this.timers = this.timers.filter((timer) => timer.process !== process);
  }

  /** Waits until nothing happens any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      const before = this.activity;
      await nextTurn();
      if (this.activity !== before) quiet = -1;
    }
  }

  private sleep(ms: number): void {
    this.elapsed += ms;
    this.wall += ms;
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.at > end || timer.process.isStopped) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** A process: it can be stopped and continued, as by SIGSTOP and SIGCONT, and killed. */
export class SimProcess implements Clock {
  isDead = false;
  /** Since when it is stopped, and since when it runs, in ms of `elapsed`. */
  stoppedAt: number | undefined;
  runsSince: number;
  private resumed: (() => void)[] = [];
  readonly world: SimWorld;
  readonly death: Promise<void>;
  private die = () => {};

  constructor(world: SimWorld) {
    this.world = world;
    this.death = new Promise((resolve) => {
      this.die = resolve;
    });
    this.runsSince = world.elapsed;
  }

  get isStopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  now(): number {
    return Math.floor(this.world.wall);
  }

  elapsed(): number {
    return this.world.elapsed;
  }

  after(ms: number, callback: () => void): () => void {
    if (this.isDead) return () => {};
    return this.world.after(this, ms, callback);
  }

  async yield(): Promise<void> {
    this.world.activity += 1;
    await nextTurn();
    await this.running();
  }

  /** Resolves at once while the process runs; when it is continued, while it is stopped; never, once it is dead. */
  async running(): Promise<void> {
    if (this.isDead) await new Promise(() => {});
    if (this.isStopped) await new Promise<void>((resolve) => this.resumed.push(resolve));
  }

  stop(): void {
    this.stoppedAt ??= this.world.elapsed;
  }

  resume(): void {
    if (!this.isStopped) return;
    this.stoppedAt = undefined;
    this.runsSince = this.world.elapsed;
    const waiting = this.resumed;
    this.resumed = [];
    for (const resolve of waiting) resolve();
  }

  kill(): void {
    this.isDead = true;
    this.die();
    this.world.forget(this);
  }
}

/**
 * The storage of one process: its writes wait while that is stopped. By chance they fail, or are of unknown outcome, or are
 * the last thing that the process does.
 */
export function simStorage(inner: Storage, process: SimProcess, faults: { rate: number }): Storage {
  const { world } = process;
  const alive = () => {
    world.activity += 1;
    if (process.isDead) throw new TxlogError('STORAGE_FAILED', 'the process is dead');
  };
  const transact = <T>(work: (tx: WriteTx) => T): T => {
    alive();
    const fate = world.random();
    if (fate > 1 - faults.rate / 4) process.kill();
    const result = inner.transact((tx) => {
      const done = work(tx);
      if (fate < faults.rate) throw new TxlogError('STORAGE_FAILED', 'injected before the write');
      if (process.isDead && world.chance(0.5)) throw new TxlogError('STORAGE_FAILED', 'the process died here');
      return done;
    });
    if (fate >= faults.rate && fate < faults.rate * 2)
      throw new TxlogError('STORAGE_FAILED', 'injected after the write');
    return result;
  };
  return {
    ...inner,
    transact,
    async write(work) {
      await process.running();
      const result = transact(work);
      await process.running();
      return result;
    },
    read(work) {
      alive();
      return inner.read(work);
    },
    watch: (changed) =>
      inner.watch(() => {
        if (!process.isDead && !process.isStopped) changed();
      }),
  };
}
