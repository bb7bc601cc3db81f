// Goal: a process that makes checkpoints is never believed to live for long after it ended, even where nobody can look, as from
// another container; and of two that came at the same moment one ends. Method: files of such processes, old and new, and the
// loop itself.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { keepCheckpoints } from '../../src/environment/checkpoint-loop.ts';
import { becomeCheckpointer, isCheckpointerAlive } from '../../src/environment/checkpointer-file.ts';
import { openEnvironment } from '../../src/index.ts';
import { thisProcess, toDigits } from '../../src/machine/process-name.ts';

let dir: string;
let place: string;
let file: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-checkpointer-'));
  await (await openEnvironment(dir, { create: true, journal: true })).close();
  place = join(dir, 'g1');
  file = join(place, 'checkpointer');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process of another container, whose end cannot be seen from here. */
const elsewhere = toDigits({ ...thisProcess(), space: 'pid:[4026500000]', pid: 7 });
const longAgo = () => utimesSync(file, 1, 1);

it('a process of another container lives as long as it says so', () => {
  writeFileSync(file, elsewhere);
  expect(isCheckpointerAlive(place)).toBe(true);
  expect(becomeCheckpointer(place)).toBe(false);
  longAgo();
  expect(isCheckpointerAlive(place)).toBe(false);
  expect(becomeCheckpointer(place)).toBe(true);
  expect(isCheckpointerAlive(place)).toBe(true);
});

it('is free for the next one as soon as the one that has it ends', async () => {
  const over = new AbortController();
  const ended = keepCheckpoints(dir, { signal: over.signal, clock: systemClock, records: 100 });
  await vi.waitFor(() => expect(isCheckpointerAlive(place)).toBe(true), { timeout: 5_000 });
  over.abort();
  await ended;
  expect(existsSync(file)).toBe(false);
});

it('who shares the environment may read who makes its checkpoints', () => {
  chmodSync(place, 0o770);
  const umask = process.umask(0o077);
  try {
    becomeCheckpointer(place);
  } finally {
    process.umask(umask);
  }
  expect(statSync(file).mode & 0o777).toBe(0o660);
});

it('says again and again that it lives, and ends when another one has its place', async () => {
  const over = new AbortController();
  const ended = keepCheckpoints(dir, { signal: over.signal, clock: systemClock, records: 100 });
  await vi.waitFor(() => expect(isCheckpointerAlive(place)).toBe(true), { timeout: 5_000 });
  longAgo();
  await vi.waitFor(() => expect(isCheckpointerAlive(place)).toBe(true), { timeout: 5_000 });
  writeFileSync(file, elsewhere);
  await Promise.race([ended, new Promise((_, fail) => setTimeout(fail, 5_000, new Error('it goes on')).unref())]);
  expect(readFileSync(file, 'latin1')).toBe(elsewhere);
  over.abort();
});
