/** See random.mjs, which plain JavaScript and tests share. */
export class Random {
  constructor(seed: number);
  next(): number;
  below(end: number): number;
  pick<T>(list: readonly T[]): T;
}
