// Goal: a command finds its environment as git finds a repository, and never takes one that another user can have put there.
// Method: a tree of directories with an environment on top, looked at from below.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import { environmentHere, environmentIn } from '../../src/environment/locate-environment.ts';

let place: string;
let deep: string;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'txlog-locate-')));
  deep = join(place, 'src', 'deep');
  mkdirSync(deep, { recursive: true });
});

afterEach(() => rmSync(place, { recursive: true, force: true }));

async function make(dir: string): Promise<void> {
  await (await openEnvironment(dir, { create: true })).close();
}

it('no environment is found where none is above', () => {
  expect(environmentHere(deep)).toBeUndefined();
});

it('the closest environment above is found, and one of this directory comes before it', async () => {
  await make(join(place, '.txlog'));
  expect(environmentHere(deep)).toBe(join('..', '..', '.txlog'));
  expect(environmentHere(place)).toBe('.txlog');
  mkdirSync(join(deep, '.txlog'));
  expect(environmentHere(deep)).toBe('.txlog');
});

it('a directory above that has the name of an environment and is none is passed over', async () => {
  await make(join(place, '.txlog'));
  mkdirSync(join(place, 'src', '.txlog'));
  expect(environmentHere(deep)).toBe(join('..', '..', '.txlog'));
});

it('an environment above that others can write is not taken: ENV_NOT_FOUND', async () => {
  await make(join(place, '.txlog'));
  chmodSync(join(place, '.txlog'), 0o777);
  expect(() => environmentHere(deep)).toThrow(expect.objectContaining({ code: 'ENV_NOT_FOUND' }));
});

it('a directory that holds an environment stands for it', async () => {
  await make(join(place, '.txlog'));
  expect(environmentIn(place)).toBe(join(place, '.txlog'));
  expect(environmentIn(join(place, '.txlog'))).toBe(join(place, '.txlog'));
  expect(environmentIn(deep)).toBe(deep);
});
