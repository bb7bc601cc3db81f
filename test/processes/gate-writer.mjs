// Writes without a pause, so that it meets others at the gate all the time, and tells now and then how often it did. With
// `told` it first waits, with the gate open, for a line on stdin.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openLmdbStorage } from '../../dist/src/storage/lmdb/lmdb-storage.js';

const storage = openLmdbStorage({ dir: process.argv[2] });
const key = Buffer.from('writer');
if (process.argv[3] === 'told') {
  writeSync(1, 'open\n');
  await once(process.stdin, 'data');
}
for (let count = 1; ; count++) {
  storage.transact((tx) => tx.put('meta', key, Buffer.from(`${process.pid} ${count}`)));
  if (count % 10 === 1) writeSync(1, `${count}\n`);
}
