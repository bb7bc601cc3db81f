import { setTimeout as sleep } from 'node:timers/promises';
import { TxlogError } from '../../core/base/errors.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** How a flag with a rate shows its value in help. */
export const rateValue = '50/s|600/m';

/** Reads a rate: `50/s`, `600/m`, `5000/h`; a bare number is each second. Units: ms from one to the next. Errors: USAGE. */
export function parseRate(flag: string, text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(?:\/([smh]))?$/.exec(text) ?? [];
  const each = (unitMs[unit] ?? 0) / Number(number);
  if (number !== undefined && Number.isFinite(each)) return each;
  throw new TxlogError('USAGE', `${flag} ${JSON.stringify(text)} is no rate`, {
    hint: 'Rates look like 50/s, 600/m, 5000/h; a bare number is each second.',
  });
}

/** How many may be done at once, so that they come no more than a tenth of a second early. `each` as above. */
export function atOnceOf(each: number | undefined): number {
  return each === undefined ? 100 : Math.min(100, Math.max(1, Math.floor(100 / Math.max(each, 1))));
}

/** Takes the items of a source no faster than one each `each` ms; as fast as they come without it. */
export async function* paced<T>(source: AsyncIterable<T>, each: number | undefined): AsyncGenerator<T> {
  if (each === undefined) return yield* source;
  const since = performance.now();
  let taken = 0;
  for await (const item of source) {
    yield item;
    taken += 1;
    const early = since + taken * each - performance.now();
    if (early > 0) await sleep(early);
  }
}
