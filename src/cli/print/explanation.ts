import type { Explanation } from '../../shapes/explanation.ts';
import type { Colors } from '../../text/colors.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { cutTo } from '../../text/width.ts';

const gap = 2;

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

/** Codes for people: one line each, cut to the `columns` of a terminal where there is one. */
export function formatExplanations(all: readonly Explanation[], colors: Colors, columns?: number): string {
  const codeColumns = Math.max(...all.map(({ code }) => code.length)) + gap;
  const kindColumns = 'rejection'.length + gap;
  const left = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(20, columns - codeColumns - kindColumns);
  return formatTable(all.map(({ code, kind, meaning }) => [colors.strong(code), kind, cutTo(meaning, left)]));
}
