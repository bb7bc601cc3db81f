import type { Steps } from './turns.ts';

/** Items that are sorted at once, and merged in one step. */
const sortedAtOnce = 500;

/** Sorts in steps, each of them short: what one call of the language's own would do, without holding everyone up. */
export function* sortInSteps<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<readonly T[]> {
  let runs: T[][] = [];
  for (let i = 0; i < items.length; i += sortedAtOnce) {
    runs.push(items.slice(i, i + sortedAtOnce).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(yield* merge(runs[i] ?? [], runs[i + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  const all: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const isNextOfA = j >= b.length || (i < a.length && compare(a[i] as T, b[j] as T) <= 0);
    all.push((isNextOfA ? a[i++] : b[j++]) as T);
    if (all.length % sortedAtOnce === 0) yield;
  }
  return all;
}
