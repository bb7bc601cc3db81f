import type { Explanation } from '../../shapes/explanation.ts';
import type { Paint } from '../text/paint.ts';
import { formatPairs, formatTable } from '../text/table.ts';

/** One code for people: all that is known of it. */
export function formatExplanation({ code, kind, meaning, retry, next, exit }: Explanation, paint: Paint): string {
  const pairs: [string, string][] = [
    ['kind', kind],
    ['means', meaning],
    ...(retry === undefined ? [] : [['retry', retry] as [string, string]]),
    ['next', next],
    ['exit code', String(exit)],
  ];
  return `${paint.strong(code)}\n${formatPairs(pairs, '  ')}`;
}

/** Codes for people: one line each. */
export function formatExplanations(all: readonly Explanation[], paint: Paint): string {
  return formatTable(all.map(({ code, kind, meaning }) => [paint.strong(code), kind, meaning]));
}
