// Goal: ids sort by when they were made, and no two are the same. Method: more of them than random bytes are asked for at
// once, by a clock that stands still, goes on, and is set back.
import { expect, it } from 'vitest';
import { timeOrderedIds } from '../../src/clock/time-ordered-id.ts';

it('ids are in the order in which they were made, whatever the clock does', () => {
  let time = 1_000;
  const makeId = timeOrderedIds(() => time);
  const ids = Array.from({ length: 2_000 }, (_, i) => {
    if (i % 500 === 250) time += 1.5;
    if (i === 1_400) time = 3;
    return makeId();
  });
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('ids of different makers differ at the same time', () => {
  const [a, b] = [timeOrderedIds(() => 0), timeOrderedIds(() => 0)];
  const ids = Array.from({ length: 500 }, () => [a(), b()]).flat();
  expect(new Set(ids).size).toBe(ids.length);
});
