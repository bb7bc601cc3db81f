// Goal: the machine's clock waits as long as it is told to, and no longer than it is wanted.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';

const month = 30 * 24 * 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('the clock waits longer than a timer of the system can', () => {
  const done = vi.fn();
  systemClock.after(3 * month, done);
  vi.advanceTimersByTime(3 * month - 1);
  expect(done).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(done).toHaveBeenCalledOnce();
});

it('a wait of the clock can be called off at any time', () => {
  const done = vi.fn();
  const cancel = systemClock.after(3 * month, done);
  vi.advanceTimersByTime(2 * month);
  cancel();
  vi.advanceTimersByTime(2 * month);
  expect(done).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
