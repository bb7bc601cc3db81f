// Goal: the memory backend, and layers upon it, keep the promises of the Storage port. Method: the suite that every
// backend runs; the lower layer is full of rows that the upper one hides.
import { tableNames } from '../../src/ports/storage.ts';
import { openLayeredStorage } from '../../src/storage/layered/layered-storage.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { storageContract } from './storage.ts';

storageContract('memory', async () => {
  const files = new MemoryFiles();
  return {
    open: (options) => openMemoryStorage(files, options?.readOnly),
    dispose: () => Promise.resolve(),
  };
});

storageContract('a layer upon an empty environment', async () => {
  const { snapshot } = openMemoryStorage().pin();
  const files = new MemoryFiles();
  return {
    open: (options) => openLayeredStorage(snapshot, openMemoryStorage(files, options?.readOnly)),
    dispose: () => Promise.resolve(),
  };
});

storageContract('a layer upon rows that it hides', async () => {
  const lower = openMemoryStorage();
  const files = new MemoryFiles();
  const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(0x61 + i));
  const keys = names.flatMap((name) => [name, `${name}${name}`, `key-${name}`]).map((name) => Buffer.from(name));
  await lower.write((tx) => {
    for (const table of tableNames)
      if (table !== 'log') for (const key of keys) tx.put(table, key, Buffer.from('below'));
  });
  const { snapshot } = lower.pin();
  const open = (readOnly = false) => openLayeredStorage(snapshot, openMemoryStorage(files, readOnly));
  await open().write((tx) => {
    for (const table of tableNames) if (table !== 'log') for (const key of keys) tx.delete(table, key);
  });
  return { open: (options) => open(options?.readOnly), dispose: () => Promise.resolve() };
});
