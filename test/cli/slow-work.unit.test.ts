// Goal: work that takes longer than a moment shows that it goes on, and quick work shows nothing. Method: the clock is turned, and
// what is written to stderr is kept, as to a terminal and as to a file.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SlowWork } from '../../src/cli/frame/slow-work.ts';

let written: string[];
const wasTerminal = process.stderr.isTTY;
beforeEach(() => {
  written = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance', 'Date'] });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(stripVTControlCharacters(String(text)));
    return true;
  });
  process.stderr.isTTY = true;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.stderr.isTTY = wasTerminal;
});

const text = () => written.join('');
/** Time passes, and what is loaded meanwhile is there. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(0);
}

it('is shown on a terminal from a quarter of a second on, for how long, then how much has come', async () => {
  const slow = new SlowWork('reading', true);
  await pass(240);
  expect(text()).toBe('');
  await pass(20);
  expect(text()).toContain('reading');
  await pass(3_000);
  expect(text()).toContain('reading 3 s');
  for (let i = 0; i < 1_500; i++) slow.came();
  await pass(1_000);
  expect(text()).toContain('reading 1,500 read');
  slow.stop();
  written = [];
  await pass(5_000);
  expect(text()).toBe('');
});

it('is not shown when it ends sooner, or while what draws is loaded, or to nobody', async () => {
  const quick = new SlowWork('reading', true);
  await pass(200);
  quick.stop();
  const overtaken = new SlowWork('reading', true);
  vi.advanceTimersByTime(251);
  overtaken.stop();
  const silent = new SlowWork('reading', false);
  await pass(5_000);
  silent.stop();
  expect(text()).toBe('');
});

it('gives way to what is printed on the same terminal, and goes on beside a file', async () => {
  const isTerminal = process.stdout.isTTY;
  try {
    for (const [isTTY, seen] of [
      [true, false],
      [false, true],
    ]) {
      process.stdout.isTTY = isTTY as boolean;
      const slow = new SlowWork('reading', true);
      slow.came();
      slow.printed();
      await pass(2_000);
      expect([isTTY, text().includes('reading 1 read')]).toEqual([isTTY, seen]);
      slow.stop();
    }
  } finally {
    process.stdout.isTTY = isTerminal;
  }
});

it('is a line each ten seconds where there is no terminal', async () => {
  process.stderr.isTTY = false;
  const slow = new SlowWork('reading', true);
  await pass(9_000);
  expect(text()).toBe('');
  await pass(2_000);
  expect(text()).toMatch(/^reading: 1\d s\n$/);
  slow.stop();
});
