import type { JsonObject } from '../core/base/json.ts';

/** One measured rate. */
export interface Rate {
  readonly name: string;
  readonly perSecond: number;
  /** This rate divided by another one of the same run. */
  readonly ratio?: number;
  readonly of?: string;
}

/** Rates as JSON. */
export function toRatesJson(count: number, rates: readonly Rate[]): JsonObject {
  return { v: 1, transactions: count, rates: rates.map((rate) => ({ ...rate })) };
}
