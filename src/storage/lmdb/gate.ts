import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { rightsIn, setRights } from '../../machine/file-rights.ts';
import { syncPath } from './directory.ts';
import { isSoundGate, mendGate } from './gate-file.ts';
import { findLockWord, type LockWord } from './lock-word.ts';
import { beginReading, type NativeEnv, openNativeEnv } from './native-env.ts';

/** A lock for all processes of one environment; the death of its holder frees it. */
export interface Gate {
  /** Runs `work`, alone among all processes; not to be nested. Errors: those of `work`; STORAGE_FAILED. */
  hold<T>(work: () => T): T;
  close(): void;
}

/** For an environment that only one process has open. */
export const noGate: Gate = { hold: (work) => work(), close() {} };

const abortableFlag = 1;
/** EAGAIN, EACCES: another process has the lock. */
const heldByAnother: ReadonlySet<unknown> = new Set([11, 13]);
const attemptsMax = 200;
/** Only this process reads there, and only to see whether it may. */
const oneReader = { maxReaders: 1 };
/** LMDB's MDB_INVALID: who made the lock died in the middle of it. */
const unfinishedLock = -30793;
/** How long who waits for the lock naps between two looks at it, and after how long it gives up looking. */
const napMsMin = 0.05;
const napMsMax = 1;
const luckMsMax = 10_000;
const waits = new Int32Array(new SharedArrayBuffer(4));

/** Name of the gate of the tables. */
const gateName = 'gate.mdb';
/** Name of the gate of those who write the journal. */
export const journalGateName = 'journal-gate.mdb';

/**
 * Opens a gate of the environment in `dir`: the writer lock of a second LMDB environment, `gate.mdb`, to which nothing
 * is ever written. LMDB opens and closes without a lock: an opener may set the number of the newest transaction back,
 * and whoever closes last destroys the locks of an opener that comes just then. Neither matters here: there is only one
 * transaction number, and a lock that was destroyed is found before it is relied upon.
 *
 * Errors: ENV_PID_TAKEN; STORAGE_FAILED; those of the system, with its number as `code`.
 * Source: decisions/0003-lmdb-options.md.
 */
export function openGate(dir: string, name: string = gateName): Gate {
  const path = join(dir, name);
  const isNew = !existsSync(path);
  if (!isSoundGate(path)) mendGate(path, (fresh) => openNativeEnv(fresh, oneReader).close());
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const opened = openNative(path);
    if (opened) {
      const { env, word } = opened;
      const gate: Gate = { hold: (work) => hold({ env, word, path }, work), close: () => env.close() };
      // The gate of the tables is always opened first.
      if (name === gateName) refuseSharedNumber(gate, env);
      if (isNew) share(path);
      return gate;
    }
    // All who have the destroyed lock must let go of it before it is made anew.
    Atomics.wait(waits, 0, 0, 1 + Math.random() * Math.min(attempt, 10));
  }
  throw broken(path);
}

/** LMDB makes files as the umask has it: who shares the directory shares them, too. */
function share(path: string): void {
  const dir = dirname(path);
  for (const made of [path, `${path}-lock`]) setRights(made, rightsIn(dir).file);
  for (const made of [path, dir]) syncPath(made);
}

interface Opened {
  readonly env: NativeEnv;
  /** The lock's word, where the system shows it. */
  readonly word: LockWord | undefined;
}

/** The gate, when it is open and its lock works; it is closed otherwise. */
function openNative(path: string): Opened | undefined {
  let env: NativeEnv;
  try {
    env = openNativeEnv(path, oneReader);
  } catch (error) {
    if ((error as { code?: unknown }).code === unfinishedLock) return undefined;
    throw error;
  }
  const found = findLockWord(`${path}-lock`);
  if (found) waitUntilFree(found);
  const taken = take(env);
  // A word that does not name the holder is another thing.
  const word = found?.isMine() ? found : undefined;
  env.abortTxn();
  if (taken) return { env, word };
  env.close();
  return undefined;
}

/**
 * LMDB knows the readers of data.mdb by the number of their process: it locks the byte of lock.mdb that the number stands
 * for. Another process of the same number, in another name space of numbers, would keep this one from reading. To begin a
 * read of the gate takes the same byte of its lock, and tells at once.
 */
function refuseSharedNumber(gate: Gate, env: NativeEnv): void {
  try {
    // One at a time: there is one slot.
    gate.hold(() => beginReading(env).abort());
  } catch (error) {
    gate.close();
    if (!heldByAnother.has((error as { code?: unknown }).code)) throw error;
    const message = `a process with the same number, ${process.pid}, has the environment open in another container`;
    throw new TxlogError('ENV_PID_TAKEN', message, {
      cause: error,
      hint: 'Containers that share an environment must share one PID namespace, or use different process numbers.',
      next: ['docker run --init …', 'docker run --pid=host …'],
    });
  }
}

function hold<T>({ env, word, path }: Opened & { readonly path: string }, work: () => T): T {
  if (word) waitUntilFree(word);
  const taken = take(env);
  try {
    if (!taken) throw broken(path);
    return work();
  } finally {
    env.abortTxn();
  }
}

/**
 * Looks again and again whether the lock is free, in place of sleeping in the kernel until it is: a wake-up can get lost
 * there when one of several sleepers is killed. Only who sees no other sleeper sleeps there, after a long while without
 * luck: a single one is always woken.
 *
 * Source: decisions/0003-lmdb-options.md.
 */
function waitUntilFree(word: LockWord): void {
  let napMs = napMsMin;
  for (let napped = 0; word.isHeld(); napped += napMs) {
    if (napped >= luckMsMax && !word.hasSleeper()) return;
    // Not all at the same time.
    Atomics.wait(waits, 0, 0, napMs * (0.5 + Math.random() / 2));
    napMs = Math.min(2 * napMs, napMsMax);
  }
}

/** The package does not tell when a transaction could not begin; one that did has a number. */
function take(env: NativeEnv): boolean {
  env.beginTxn(abortableFlag);
  return env.getWriteTxnId() > 0;
}

function broken(path: string): TxlogError {
  return new TxlogError('STORAGE_FAILED', `cannot lock the environment: ${basename(path)}-lock is unusable`, {
    hint: 'Nothing was written. The lock is made again when no process has the environment open.',
    next: ['txlog doctor'],
  });
}
