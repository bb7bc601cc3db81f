import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { toStorageError } from '../../core/base/storage-error.ts';
import { collectPuts } from '../../ports/collect-puts.ts';
import type { Locked, RowPut, Snapshot, WriteTx } from '../../ports/storage.ts';
import type { LmdbEnv } from './open-env.ts';

/**
 * Runs `work`, then all its puts, in one synchronous transaction: a throw anywhere leaves nothing behind.
 *
 * Errors: those of `work`; STORAGE_FAILED, STORAGE_CORRUPT.
 */
export function commit<T>(env: LmdbEnv, snapshot: Snapshot, work: (tx: WriteTx) => T): T {
  const { tx, puts } = collectPuts(snapshot);
  const outcome = toStorageError('commit', () => env.gate.hold(() => transactUnderGate(env, puts, () => work(tx))));
  return resultOf(outcome);
}

/** Runs `work` with the gate held: what it reads is the newest state, and nobody else writes. Errors: as `commit`. */
export function lock<T>(env: LmdbEnv, snapshot: Snapshot, work: (locked: Locked) => T): T {
  const write: Locked['commit'] = (puts) => {
    env.guard?.end();
    resultOf(toStorageError('commit', () => transactUnderGate(env, puts, () => {})));
  };
  const outcome = toStorageError('lock', () =>
    env.gate.hold(() => {
      env.root.resetReadTxn();
      env.guard?.begin();
      return outcomeOf(() => work({ snapshot, commit: write }));
    }),
  );
  return resultOf(outcome);
}

/** Errors of users' code, and errors of the storage, stay apart. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function resultOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** One transaction: what `decide` collects in `puts`, or nothing when it throws. */
function transactUnderGate<T>(env: LmdbEnv, puts: readonly RowPut[], decide: () => T): Outcome<T> {
  let outcome: Outcome<T> | undefined;
  env.root.transactionSync(() => {
    refuseOldState(env);
    env.guard?.begin();
    outcome = outcomeOf(decide);
    // After an error it ends without puts rather than by an abort.
    if ('value' in outcome) applyPuts(env, puts);
    // Nothing is returned: a thenable here would keep the transaction open.
  });
  env.guard?.end();
  env.lastCommit?.write(newestTransaction(env));
  assert(outcome !== undefined, 'a transaction that committed has an outcome');
  return outcome;
}

/**
 * A program that opens the environment without the gate may make LMDB begin on an older state than the newest; what is
 * then committed would undo what others were told is durable.
 */
function refuseOldState(env: LmdbEnv): void {
  const [began, newest] = [nativeOf(env).getWriteTxnId() - 1, newestTransaction(env)];
  if (began === newest) return;
  throw new TxlogError('STORAGE_FAILED', `LMDB began to write on state ${began}, the newest is ${newest}`, {
    hint: 'Nothing was written. Another program opened the environment meanwhile. Run the command again.',
    next: ['txlog doctor', 'txlog verify'],
  });
}

interface NativeNumbers {
  getWriteTxnId(): number;
  info(): { lastTxnId: number };
}

function nativeOf({ root }: LmdbEnv): NativeNumbers {
  return (root as unknown as { env: NativeNumbers }).env;
}

function newestTransaction(env: LmdbEnv): number {
  return nativeOf(env).info().lastTxnId;
}

function applyPuts(env: LmdbEnv, puts: readonly RowPut[]): void {
  let last: RowPut | undefined;
  for (const put of puts) {
    const table = env.tables.get(put.table);
    assert(table !== undefined, `table ${put.table} is open`);
    env.guard?.beforePut(put.table, put.key, put.value === undefined);
    if (put.value === undefined) {
      table.removeSync(put.key as Buffer);
      continue;
    }
    // LMDB answers a refused put with false, and some failed ones with nothing at all: see the check below.
    const done: unknown = put.append
      ? table.putSync(put.key as Buffer, put.value as Buffer, { append: true })
      : table.putSync(put.key as Buffer, put.value as Buffer);
    if (done === false) throw new TxlogError('STORAGE_FAILED', `LMDB refused a put into ${put.table}`);
    if (put.append) last = put;
  }
  if (last && env.tables.get(last.table)?.doesExist(last.key as Buffer) !== true) {
    throw new TxlogError('STORAGE_FAILED', `a put into ${last.table} was lost`);
  }
}
