import { parseDuration } from '../../text/duration.ts';

/** The fields by which a row is found. Spans of time in ms. */
export type Fields = Readonly<Record<string, string | number>>;

/** A filter that was typed: all of its words must hold. */
export interface RowFilter {
  readonly text: string;
  passes(fields: Fields): boolean;
}

type Test = (fields: Fields) => boolean;

/** Reads a filter: `text`, `!not`, `field:value`, `field>5m`, `field<10`; words apart by spaces, all must hold. */
export function parseFilter(text: string): RowFilter {
  const tests = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(testOf);
  return { text, passes: (fields) => tests.every((test) => test(fields)) };
}

function testOf(word: string): Test {
  if (word.startsWith('!') && word.length > 1) {
    const test = testOf(word.slice(1));
    return (fields) => !test(fields);
  }
  const [, name, op, value] = /^([a-z]+)([:<>])(.+)$/i.exec(word) ?? [];
  if (name === undefined || op === undefined || value === undefined) return containing(word);
  return op === ':' ? isValue(name, value) : compared(name, op, value);
}

function containing(word: string): Test {
  const wanted = word.toLowerCase();
  return (fields) => Object.values(fields).some((field) => String(field).toLowerCase().includes(wanted));
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
