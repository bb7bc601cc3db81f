import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';

/** A lock for all processes of one environment; the death of its holder frees it. */
export interface Gate {
  /** Runs `work`, alone among all processes; not to be nested. Errors: those of `work`; STORAGE_FAILED. */
  hold<T>(work: () => T): T;
  close(): void;
}

/** What the package keeps below its API: an environment of LMDB, and nothing in it. */
interface NativeEnv {
  open(options: object, flags: number, ownFlags: number): void;
  beginTxn(flags: number): void;
  getWriteTxnId(): number;
  abortTxn(): void;
  close(): void;
}

/** For an environment that only one process has open. */
export const noGate: Gate = { hold: (work) => work(), close() {} };

const noSubdirFlag = 0x4000;
const noSyncFlag = 0x10000;
const abortableFlag = 1;
const attemptsMax = 200;
const mapBytes = 1 << 20;
/** LMDB's MDB_INVALID: who made the lock died in the middle of it. */
const unfinishedLock = -30793;
const waits = new Int32Array(new SharedArrayBuffer(4));

/**
 * Opens the gate of the environment in `dir`: the writer lock of a second LMDB environment, `gate.mdb`, to which nothing
 * is ever written. LMDB opens and closes without a lock: an opener may set the number of the newest transaction back,
 * and whoever closes last destroys the locks of an opener that comes just then. Neither matters here: there is only one
 * transaction number, and a lock that was destroyed is found before it is relied upon.
 *
 * Errors: STORAGE_FAILED; those of the system, with its number as `code`.
 * Source: decisions/0003-lmdb-options.md.
 */
export function openGate(dir: string): Gate {
  const { nativeAddon } = createRequire(import.meta.url)('lmdb') as { nativeAddon: { Env: new () => NativeEnv } };
  const path = join(dir, 'gate.mdb');
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const env = new nativeAddon.Env();
    if (openNative(env, path)) return { hold: (work) => hold(env, work), close: () => env.close() };
    // All who have the destroyed lock must let go of it before it is made anew.
    Atomics.wait(waits, 0, 0, 1 + Math.random() * Math.min(attempt, 10));
  }
  throw broken();
}

/** Whether it is open, and its lock works; it is closed otherwise. */
function openNative(env: NativeEnv, path: string): boolean {
  const options = { path, keyBytes: Buffer.alloc(64), mapSize: mapBytes, maxDbs: 1, maxReaders: 1 };
  try {
    env.open(options, noSubdirFlag | noSyncFlag, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === unfinishedLock) return false;
    throw error;
  }
  const taken = take(env);
  env.abortTxn();
  if (!taken) env.close();
  return taken;
}

function hold<T>(env: NativeEnv, work: () => T): T {
  const taken = take(env);
  try {
    if (!taken) throw broken();
    return work();
  } finally {
    env.abortTxn();
  }
}

/** The package does not tell when a transaction could not begin; one that did has a number. */
function take(env: NativeEnv): boolean {
  env.beginTxn(abortableFlag);
  return env.getWriteTxnId() > 0;
}

function broken(): TxlogError {
  return new TxlogError('STORAGE_FAILED', 'cannot lock the environment: gate.mdb-lock is unusable', {
    hint: 'Nothing was written. The lock is made anew once no process has the environment open.',
    next: ['txlog doctor'],
  });
}
