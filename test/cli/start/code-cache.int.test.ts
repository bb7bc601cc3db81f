// Goal: compiled code is used only when it is whole and this user's own. Method: a cache is written, then read again as it
// is, cut at each length, with each byte changed, and from a directory that others can write.
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CodeCache } from '../../../src/cli/start/code-cache.ts';

const home = process.env.XDG_CACHE_HOME;
const code = Buffer.from('compiled code');
let place: string;
let dir: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-code-'));
  process.env.XDG_CACHE_HOME = place;
  dir = join(place, 'txlog', 'code');
});

afterEach(() => {
  if (home === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = home;
  rmSync(place, { recursive: true, force: true });
});

function read(): string | undefined {
  return new CodeCache('key').read()?.toString();
}

it('compiled code that one start keeps is read by the next one', () => {
  expect(read()).toBeUndefined();
  new CodeCache('key').write(code);
  expect(read()).toBe(code.toString());
  new CodeCache('key').write(Buffer.from('more'));
  expect(read()).toBe('more');
  expect(readdirSync(dir)).toEqual(['key']);
});

it('a file of compiled code that is cut anywhere, or differs in one byte, counts as none', () => {
  new CodeCache('key').write(code);
  const whole = readFileSync(join(dir, 'key'));
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(join(dir, 'key'), whole.subarray(0, length));
    expect(read()).toBeUndefined();
  }
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    writeFileSync(join(dir, 'key'), changed);
    expect(read()).toBeUndefined();
  }
  writeFileSync(join(dir, 'key'), whole);
  expect(read()).toBe(code.toString());
});

it('compiled code is not read from, nor kept in, a directory that others can write', () => {
  new CodeCache('key').write(code);
  chmodSync(dir, 0o777);
  expect(read()).toBeUndefined();
  const cache = new CodeCache('other');
  cache.write(code);
  expect(readdirSync(dir)).toEqual(['key']);
  // Else each command would compile its code once more at its end, for nothing.
  expect(cache.isThere).toBe(false);
});

it('compiled code of versions that are long gone is removed when new code is kept', () => {
  new CodeCache('old').write(code);
  new CodeCache('recent').write(code);
  utimesSync(join(dir, 'old'), new Date(0), new Date(0));
  new CodeCache('key').write(code);
  expect(readdirSync(dir).sort()).toEqual(['key', 'recent']);
});

it('no more is kept than the code of all commands needs: the oldest goes first', () => {
  for (const [i, name] of ['first', 'second', 'third'].entries()) {
    new CodeCache(name).write(code);
    truncateSync(join(dir, name), 60 * 1024 * 1024);
    const time = Date.now() / 1_000 - 1_000 + i;
    utimesSync(join(dir, name), time, time);
  }
  new CodeCache('key').write(code);
  expect(readdirSync(dir).sort()).toEqual(['key', 'second', 'third']);
});

it('a disk that takes no compiled code costs only time', () => {
  const cache = new CodeCache(join('no-such-directory', 'key'));
  cache.write(code);
  expect(cache.read()).toBeUndefined();
});
