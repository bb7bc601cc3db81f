// Goal: a failure of the device is told in words that people can use. Method: errors as LMDB gives them are named.
import { expect, it } from 'vitest';
import { toStorageError } from '../../src/core/base/storage-error.ts';

const written =
  ': Attempting to write page at position 20480, size 4096, blocks 1, buffer sizes 4096 -225010864 17530442';

it.each([
  [5, 'Input/output error', 'STORAGE_FAILED', 'cannot commit: Input/output error'],
  [28, 'No space left on device', 'STORAGE_FULL', 'cannot commit: no room on the disk (No space left on device)'],
])('error %i of a write is told without the sizes of the buffers of LMDB', (code, words, name, message) => {
  const fail = () => {
    throw Object.assign(new Error(`${words}${written}`), { code });
  };
  expect(() => toStorageError('commit', fail)).toThrow(expect.objectContaining({ code: name, message }));
});
