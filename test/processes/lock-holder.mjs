// Takes all locks of a writer, says so, and keeps them until it is killed: the worst moment for a writer to die.
import { openEnv } from '../../dist/src/storage/lmdb/open-env.js';

const { root, tables, gate } = openEnv({ dir: process.argv[2] });
gate.hold(() =>
  root.transactionSync(() => {
    // Puts that must never be seen: this transaction does not commit.
    tables.get('log').putSync(Buffer.alloc(8, 0xff), Buffer.from('half a record'));
    process.stdout.write('locked\n');
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  }),
);
