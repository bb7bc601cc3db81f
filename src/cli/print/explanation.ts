import type { Explanation } from '../../shapes/explanation.ts';
import type { Colors } from '../../text/colors.ts';
import { formatPairs, formatTable } from '../../text/table.ts';

/** One code for people: all that is known of it. */
export function formatExplanation({ code, kind, meaning, retry, next, exit }: Explanation, colors: Colors): string {
  const pairs: [string, string][] = [
    ['kind', kind],
    ['means', meaning],
    ...(retry === undefined ? [] : [['retry', retry] as [string, string]]),
    ['next', next],
    ['exit code', String(exit)],
  ];
  return `${colors.strong(code)}\n${formatPairs(pairs, '  ')}`;
}

/** Codes for people: one line each. */
export function formatExplanations(all: readonly Explanation[], colors: Colors): string {
  return formatTable(all.map(({ code, kind, meaning }) => [colors.strong(code), kind, meaning]));
}
