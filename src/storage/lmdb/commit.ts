import { assert } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { Snapshot, TableName, WriteTx } from '../../ports/storage.ts';
import { toStorageError } from './failure.ts';
import type { LmdbEnv } from './open-env.ts';

interface Put {
  readonly table: TableName;
  readonly key: Buffer;
  readonly value: Buffer | undefined;
  readonly append: boolean;
}

/**
 * Runs `work`, then all its puts, in one synchronous transaction: a throw anywhere leaves nothing behind.
 *
 * Errors: those of `work`; STORAGE_FAILED, STORAGE_CORRUPT.
 */
export function commit<T>(env: LmdbEnv, snapshot: Snapshot, work: (tx: WriteTx) => T): T {
  const puts: Put[] = [];
  let result: { readonly value: T } | undefined;
  let failure: { readonly error: unknown } | undefined;
  const tx: WriteTx = {
    ...snapshot,
    put: (table, key, value) => void puts.push({ table, key: key as Buffer, value: value as Buffer, append: false }),
    append: (table, key, value) => void puts.push({ table, key: key as Buffer, value: value as Buffer, append: true }),
    delete: (table, key) => void puts.push({ table, key: key as Buffer, value: undefined, append: false }),
  };
  const commitPuts = () =>
    env.root.transactionSync(() => {
      refuseOldState(env);
      env.guard?.begin();
      try {
        result = { value: work(tx) };
      } catch (error) {
        // Ended without puts rather than aborted, so that errors of `work` and of the commit stay apart.
        failure = { error };
        return;
      }
      applyPuts(env, puts);
      // Nothing is returned: a thenable here would keep the transaction open.
    });
  toStorageError('commit', () =>
    env.gate.hold(() => {
      commitPuts();
      env.guard?.end();
      env.lastCommit?.write(newestTransaction(env));
    }),
  );
  if (failure) throw failure.error;
  assert(result !== undefined, 'a transaction that committed has a result');
  return result.value;
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

function applyPuts(env: LmdbEnv, puts: readonly Put[]): void {
  let last: Put | undefined;
  for (const put of puts) {
    const table = env.tables.get(put.table);
    assert(table !== undefined, `table ${put.table} is open`);
    env.guard?.beforePut(put.table, put.key, put.value === undefined);
    if (put.value === undefined) {
      table.removeSync(put.key);
      continue;
    }
    // LMDB answers a refused put with false, and some failed ones with nothing at all: see the check below.
    const done: unknown = put.append
      ? table.putSync(put.key, put.value, { append: true })
      : table.putSync(put.key, put.value);
    if (done === false) throw new TxlogError('STORAGE_FAILED', `LMDB refused a put into ${put.table}`);
    if (put.append) last = put;
  }
  if (last && env.tables.get(last.table)?.doesExist(last.key) !== true) {
    throw new TxlogError('STORAGE_FAILED', `a put into ${last.table} was lost`);
  }
}
