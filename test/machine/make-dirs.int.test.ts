// Goal: directories are made as Node's recursive way makes them, and it ends where that never does. Method: a chain, one that
// exists, a file in the way, and a place of the system in which nobody can make anything.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeDirs } from '../../src/machine/make-dirs.ts';

const place = mkdtempSync(join(tmpdir(), 'txlog-dirs-'));

afterAll(() => rmSync(place, { recursive: true, force: true }));

it('directories that are missing are made, private to the owner, and those that are there stay as they are', () => {
  const path = join(place, 'a', 'b', 'c');
  makeDirs(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(place, 'a')).mode & 0o777).toBe(0o700);
  expect(() => makeDirs(path, 0o700)).not.toThrow();
});

it('making a directory fails where a file is in the way', () => {
  writeFileSync(join(place, 'file'), '');
  expect(() => makeDirs(join(place, 'file'), 0o700)).toThrow('EEXIST');
  expect(() => makeDirs(join(place, 'file', 'below'), 0o700)).toThrow('ENOTDIR');
});

it('making a directory ends where the system calls each one missing', () => {
  expect(() => makeDirs('/proc/nothing/below', 0o700)).toThrow('ENOENT');
});
