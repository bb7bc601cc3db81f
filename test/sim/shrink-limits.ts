import { afterAll } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';

/** Bounds of a size at which small tests cross them, until the end of the test file: the next one shares its process. */
export function shrinkLimits(smaller: Partial<Record<keyof typeof limits, number>>): void {
  const before = { ...limits };
  Object.assign(limits, smaller);
  afterAll(() => void Object.assign(limits, before));
}
