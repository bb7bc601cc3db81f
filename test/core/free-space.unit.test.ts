// Goal: a file system that does not know its room counts as unknown, not as full.
// Method: what statfs says of real kinds of file systems.
import { expect, it } from 'vitest';
import { freeSpace } from '../../src/cli/doctor/examine-disk.ts';
import { freeBytesOf } from '../../src/core/base/free-space.ts';

it.each([
  ['a disk', { blocks: 1_000, bavail: 10, bsize: 4_096 }, 40_960],
  ['a full disk', { blocks: 1_000, bavail: 0, bsize: 4_096 }, 0],
  ['a tmpfs without a bound, and many that are no disk', { blocks: 0, bavail: 0, bsize: 4_096 }, undefined],
  ['one that says nothing at all', { blocks: 0, bavail: 0, bsize: 0 }, undefined],
  ['an overdrawn one, by a number without a sign', { blocks: 1_000, bavail: 2 ** 64, bsize: 4_096 }, undefined],
  ['an overdrawn one, by a number with a sign', { blocks: 1_000, bavail: -5, bsize: 4_096 }, undefined],
  ['a very large one', { blocks: 2 ** 53, bavail: 2 ** 52, bsize: 4_096 }, 2 ** 64],
])('the free space is read, or told as unknown, of %s', (_, stats, free) => {
  expect(freeBytesOf(stats)).toBe(free);
});

it('doctor finds free space that nobody knows in order', () => {
  expect(freeSpace(undefined, '/')).toMatchObject({ level: 'ok' });
  expect(freeSpace(0, '/')).toMatchObject({ level: 'fail' });
});
