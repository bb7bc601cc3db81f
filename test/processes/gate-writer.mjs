// Writes without a pause, so that it meets others at the gate all the time, and tells now and then how often it did.
import { writeSync } from 'node:fs';
import { openLmdbStorage } from '../../dist/src/storage/lmdb/lmdb-storage.js';

const storage = openLmdbStorage({ dir: process.argv[2] });
const key = Buffer.from('writer');
for (let count = 1; ; count++) {
  storage.transact((tx) => tx.put('meta', key, Buffer.from(`${process.pid} ${count}`)));
  if (count % 10 === 1) writeSync(1, `${count}\n`);
}
