// Goal: a watcher sees at once what follows a quiet while, and takes a tenth of a core at most of a busy environment.
import { expect, it } from 'vitest';
import { LookBudget } from '../../src/monitor/look-budget.ts';

it('a few dear looks in a row come without a rest', () => {
  const budget = new LookBudget(0);
  const rests = Array.from({ length: 6 }, (_, i) => budget.restAfter(50, i * 150));
  expect(rests).toEqual([0, 0, 0, 0, 0, 0]);
});

it('looks without end take a tenth of a core', () => {
  const budget = new LookBudget(0);
  let [now, spent] = [0, 0];
  while (now < 600_000) {
    now += 50;
    spent += 50;
    now += Math.max(50, budget.restAfter(50, now));
  }
  expect(spent / now).toBeGreaterThan(0.095);
  expect(spent / now).toBeLessThan(0.102);
});

it('a quiet while gives back no more than one burst', () => {
  const budget = new LookBudget(0);
  budget.restAfter(500, 0);
  expect(budget.restAfter(500, 3_600_000)).toBe(0);
  expect(budget.restAfter(50, 3_600_000)).toBe(500);
});
