// Goal: long work of any kind gives others their turns of the event loop, each of those who wait in its turn, and lets go
// of what it holds. Method: a clock on which each look takes a millisecond; what was done is counted, not timed.
import { expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { sortInSteps } from '../../src/view/sorted.ts';
import { LoopTurns, type Steps, takeAllSteps } from '../../src/view/turns.ts';
import { CountingClock } from './counting-clock.ts';

/** Work of so many steps, each of which is told to `step`. */
function* work(steps: number, step: () => void = () => undefined): Steps<number> {
  for (let i = 0; i < steps; i++) {
    step();
    yield;
  }
  return steps;
}

it('long work takes as many turns as its steps need, and gives its result', async () => {
  const clock = new CountingClock();
  const turns = new LoopTurns(clock);
  expect(await turns.run(work(1_000))).toBe(1_000);
  const perTurn = 1_000 / clock.turns;
  expect(perTurn).toBeGreaterThan(limits.sliceMs);
  expect(perTurn).toBeLessThan(10 * limits.sliceMs);
});

it('turns are shared among all who wait, one slice in each turn', async () => {
  const clock = new CountingClock();
  const turns = new LoopTurns(clock);
  const slices: string[] = [];
  const told = (name: string) => () => {
    const slice = `${name}${clock.turns}`;
    if (slices.at(-1) !== slice) slices.push(slice);
  };
  await Promise.all(['a', 'b', 'c'].map((name) => turns.run(work(300, told(name)))));
  const later = slices.slice(3).map((slice) => slice.slice(1));
  // After they began together no turn has two slices, and each of them has its share.
  expect(new Set(later).size).toBe(later.length);
  for (const name of 'abc') expect(slices.filter((slice) => slice.startsWith(name)).length).toBeGreaterThan(3);
});

it('work that fails, or is left, ends, so that it lets go of what it reads', async () => {
  const turns = new LoopTurns(new CountingClock());
  let isOpen = true;
  function* failing(): Steps<void> {
    try {
      yield* work(500);
      throw new Error('half way');
    } finally {
      isOpen = false;
    }
  }
  await expect(turns.run(failing())).rejects.toThrow('half way');
  expect(isOpen).toBe(false);
});

it('work takes no more steps once nobody waits for it, and lets go of what it reads', async () => {
  const turns = new LoopTurns(new CountingClock());
  const stop = new AbortController();
  let taken = 0;
  let isOpen = true;
  function* long(): Steps<void> {
    try {
      while (taken < 10_000) {
        taken += 1;
        if (taken === 500) stop.abort(new Error('somebody left'));
        yield;
      }
    } finally {
      isOpen = false;
    }
  }
  await expect(turns.run(long(), stop.signal)).rejects.toThrow('somebody left');
  expect(isOpen).toBe(false);
  // No further than to the end of the turn.
  expect(taken).toBeLessThan(1_000);
});

it('sorting in steps gives what a sort of the language does', () => {
  const items = Array.from({ length: 5_003 }, (_, i) => (i * 7_919) % 5_003);
  const compare = (a: number, b: number) => a - b;
  expect(takeAllSteps(sortInSteps(items, compare))).toEqual([...items].sort(compare));
  expect(takeAllSteps(sortInSteps([], compare))).toEqual([]);
});
