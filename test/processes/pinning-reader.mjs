// Holds on to the newest snapshot until it is killed.
import { openLmdbStorage } from '../../dist/src/storage/lmdb/lmdb-storage.js';

const storage = openLmdbStorage({ dir: process.argv[2], readOnly: true });
storage.pin();
process.stdout.write('pinned\n');
// Named for ever: what nobody names is collected, and the gate with it.
setInterval(() => storage.size(), 1_000);
