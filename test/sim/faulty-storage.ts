import { TxlogError } from '../../src/core/base/errors.ts';
import type { Snapshot, Storage, WriteTx } from '../../src/ports/storage.ts';

/**
 * What happens at one write: its work is done and then it fails, before anything is applied, or after all was (its outcome
 * is unknown); or the process dies there, before or after, and nothing of it is ever heard again.
 */
export type Fault = 'fail-before' | 'fail-after' | 'die-before' | 'die-after';

/** A real storage whose writes fail on demand. */
export class FaultyStorage implements Storage {
  /** Writes that were asked for. */
  writes = 0;
  dead = false;
  /** Runs before each write, while no lock is held: another handle may come first here. */
  beforeWrite: (() => Promise<void>) | undefined;
  /** Runs after the next write is durable, before anyone is told. */
  afterWrite: (() => Promise<void>) | undefined;
  private readonly inner: Storage;
  private readonly faults = new Map<number, Fault>();

  constructor(inner: Storage) {
    this.inner = inner;
  }

  get readOnly(): boolean {
    return this.inner.readOnly;
  }

  get durability(): Storage['durability'] {
    return this.inner.durability;
  }

  /** Plans a fault for the `n`th write from now on, counted from 1. */
  plan(n: number, fault: Fault): void {
    this.faults.set(this.writes + n, fault);
  }

  /** Forgets all that was planned. */
  heal(): void {
    this.faults.clear();
  }

  async write<T>(work: (tx: WriteTx) => T): Promise<T> {
    this.refuseDead();
    const { beforeWrite, afterWrite } = this;
    this.beforeWrite = undefined;
    this.afterWrite = undefined;
    await beforeWrite?.();
    const result = this.transact(work);
    await afterWrite?.();
    return result;
  }

  transact<T>(work: (tx: WriteTx) => T): T {
    this.refuseDead();
    this.writes += 1;
    const fault = this.faults.get(this.writes);
    this.faults.delete(this.writes);
    const result = this.inner.transact((tx) => {
      const done = work(tx);
      // A throw here leaves nothing of the transaction, as a commit does that fails.
      if (fault === 'die-before') this.die();
      if (fault === 'fail-before') throw new TxlogError('STORAGE_FAILED', `injected before write ${this.writes}`);
      return done;
    });
    if (fault === 'die-after') this.die();
    if (fault === 'fail-after') throw new TxlogError('STORAGE_FAILED', `injected after write ${this.writes}`);
    return result;
  }

  read<T>(work: (snapshot: Snapshot) => T): T {
    this.refuseDead();
    return this.inner.read(work);
  }

  pin() {
    this.refuseDead();
    return this.inner.pin();
  }

  watch(changed: () => void): () => void {
    return this.inner.watch(changed);
  }

  isPresent() {
    return this.inner.isPresent();
  }

  size() {
    return this.inner.size();
  }

  findPageProblems(): Iterable<readonly string[]> {
    return this.inner.findPageProblems();
  }

  backup(file: string): Promise<void> {
    return this.inner.backup(file);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** The process is gone: whatever is left of it can neither read nor write. */
  die(): never {
    this.dead = true;
    throw new TxlogError('STORAGE_FAILED', 'the process died here');
  }

  private refuseDead(): void {
    if (this.dead) throw new TxlogError('STORAGE_FAILED', 'the process is dead');
  }
}
