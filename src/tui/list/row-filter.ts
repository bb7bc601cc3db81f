import { parseDuration } from '../../text/duration.ts';

/** The fields by which a row is found. Spans of time in ms. */
export type Fields = Readonly<Record<string, string | number>>;

/** A filter that was typed: all of its words must hold. */
export interface RowFilter {
  readonly text: string;
  passes(fields: Fields): boolean;
}

type Test = (fields: Fields) => boolean;

/** Fields that are shown as spans of time: their milliseconds are no text. */
const spans = ['since', 'stuck', 'lag', 'moved'];

/**
 * Reads a filter: `text`, `!not`, `field:value`, `field>5m`, `field<10`; words apart by spaces, all must hold. A text is not
 * looked for in spans of time, nor in the fields `alike`, which are the same in all rows.
 */
export function parseFilter(text: string, alike: readonly string[] = []): RowFilter {
  const without = new Set([...spans, ...alike]);
  const tests = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => testOf(word, without));
  return { text, passes: (fields) => tests.every((test) => test(fields)) };
}

function testOf(word: string, without: ReadonlySet<string>): Test {
  if (word.startsWith('!') && word.length > 1) {
    const test = testOf(word.slice(1), without);
    return (fields) => !test(fields);
  }
  const [, name, op, value] = /^([a-z]+)([:<>])(.+)$/i.exec(word) ?? [];
  if (name === undefined || op === undefined || value === undefined) return containing(word, without);
  return op === ':' ? isValue(name, value) : compared(name, op, value);
}

function containing(word: string, without: ReadonlySet<string>): Test {
  const wanted = word.toLowerCase();
  return (fields) =>
    Object.entries(fields).some(([name, field]) => !without.has(name) && String(field).toLowerCase().includes(wanted));
}

function isValue(name: string, value: string): Test {
  const wanted = value.toLowerCase();
  return (fields) => {
    const field = fields[name.toLowerCase()];
    if (typeof field === 'number') return field === Number(value);
    return field?.toLowerCase().includes(wanted) ?? false;
  };
}

function compared(name: string, op: string, value: string): Test {
  const bound = amountOf(value);
  return (fields) => {
    const field = fields[name.toLowerCase()];
    if (typeof field !== 'number' || bound === undefined) return false;
    return op === '>' ? field > bound : field < bound;
  };
}

/** A number, or a span of time in ms. */
function amountOf(value: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  try {
    return parseDuration('filter', value);
  } catch {
    return undefined;
  }
}
