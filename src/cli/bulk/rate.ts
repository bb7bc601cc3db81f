import { setTimeout as sleep } from 'node:timers/promises';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { BulkOutcome } from '../../index.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** The slowest rate: one a day. Timers of Node cannot wait for much longer. */
const eachMsMost = 86_400_000;
/** How far a source that was held up may make up for it: no further than it may be early. */
const catchUpMs = 100;

/** How a flag with a rate shows its value in help. */
export const rateValue = '50/s|600/m';

/** Reads a rate: `50/s`, `600/m`, `5000/h`; a bare number is each second. Units: ms from one to the next. Errors: USAGE. */
export function parseRate(flag: string, text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(?:\/([smh]))?$/.exec(text) ?? [];
  const each = (unitMs[unit] ?? 0) / Number(number);
  if (number !== undefined && each <= eachMsMost) return each;
  throw new TxlogError('USAGE', `${flag} ${JSON.stringify(text)} is no rate`, {
    hint: 'Rates look like 50/s, 600/m, 5000/h; a bare number is each second. The slowest is one a day.',
  });
}

/** How many may be done at once, so that they come no more than a tenth of a second early. `each` as above. */
export function atOnceOf(each: number | undefined): number {
  return each === undefined ? 100 : Math.min(100, Math.max(1, Math.floor(100 / Math.max(each, 1))));
}

/** The items that a rate is about, and what ends it. */
interface Paced<T> {
  /** Those that do not count pass at once. */
  readonly counts?: (item: T) => boolean;
  /** From then on nothing is waited for: what is left comes as it comes. */
  readonly signal?: AbortSignal;
}

/**
 * Takes the items of a source no faster than one each `each` ms; as fast as they come without it. A source that was held up
 * does not make up for it.
 */
export async function* paced<T>(
  source: AsyncIterable<T>,
  each: number | undefined,
  { counts = () => true, signal }: Paced<T> = {},
): AsyncGenerator<T> {
  if (each === undefined) return yield* source;
  let next = performance.now();
  for await (const item of source) {
    yield item;
    if (!counts(item)) continue;
    next = Math.max(next + each, performance.now() - catchUpMs);
    const early = next - performance.now();
    if (early > 0 && !signal?.aborted) await sleep(early, undefined, given({ signal })).catch(() => undefined);
  }
}

/** Whether an outcome is of what was done now: what was done before, or refused, costs nobody anything. */
export function isDoneNow(outcome: BulkOutcome): boolean {
  return 'result' in outcome;
}
