// Takes LMDB's writer lock, says so, and keeps it until it is killed: the worst moment for a writer to die.
import { createRequire } from 'node:module';

const { open } = createRequire(import.meta.url)('lmdb');
const root = open({ path: process.argv[2], encoding: 'binary', keyEncoding: 'binary', overlappingSync: false });
const log = root.openDB({ name: 'log', encoding: 'binary', keyEncoding: 'binary' });
root.transactionSync(() => {
  // Puts that must never be seen: this transaction does not commit.
  log.putSync(Buffer.alloc(8, 0xff), Buffer.from('half a record'));
  process.stdout.write('locked\n');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
});
