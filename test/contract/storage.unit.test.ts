// Goal: the memory backend keeps the promises of the Storage port. Method: the suite that every backend runs.
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/storage.ts';
import { storageContract } from './storage.ts';

storageContract('memory', async () => {
  const files = new MemoryFiles();
  return {
    open: (options) => openMemoryStorage(files, options?.readOnly),
    dispose: () => Promise.resolve(),
  };
});
