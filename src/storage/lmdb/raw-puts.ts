import { setImmediate as nextTurn } from 'node:timers/promises';
import { positionKey, requestKey, textKey } from '../../layout/keys.ts';
import { openEnv } from './open-env.ts';

/** The rows of a transaction: a log row, a request row and a state row, as the engine writes at the least. */
export interface RawLoad {
  readonly transactions: number;
  /** Transactions that share one synced commit. */
  readonly perCommit: number;
  readonly logBytes: number;
  readonly stateBytes: number;
}

const turnMs = 10;

/**
 * Puts rows straight into LMDB, with the options and the durability of an environment but nothing of the engine: the
 * floor that rates are compared with. `dir` is a directory of its own.
 *
 * Units: returns milliseconds from the first put to the last synced commit.
 */
export async function putRaw(dir: string, load: RawLoad): Promise<number> {
  const { root, tables, gate, forgetMap } = openEnv({ dir });
  const [log, requests, states] = (['log', 'requests', 'states'] as const).map((name) => tables.get(name));
  const record = Buffer.alloc(load.logBytes, 7);
  const state = Buffer.alloc(load.stateBytes, 7);
  const started = performance.now();
  let turnedAt = started;
  for (let at = 1; at <= load.transactions; at += load.perCommit) {
    const end = Math.min(at + load.perCommit, load.transactions + 1);
    root.transactionSync(() => {
      for (let i = at; i < end; i++) {
        log?.putSync(positionKey(i) as Buffer, record, { append: true });
        requests?.putSync(requestKey(`raw-${i}`) as Buffer, positionKey(i) as Buffer);
        states?.putSync(textKey(`raw/${i}`) as Buffer, state);
      }
    });
    // A signal interrupts it.
    if (performance.now() - turnedAt < turnMs) continue;
    await nextTurn();
    turnedAt = performance.now();
  }
  const elapsed = performance.now() - started;
  await root.close();
  gate.close();
  forgetMap();
  return elapsed;
}
