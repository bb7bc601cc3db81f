import type { JsonValue } from '../core/base/json.ts';

// C0 and C1 controls, line separators, and marks that reorder text: a terminal would act on them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/g;

/** Text from data, made safe for a terminal: control characters are written as `\u001b`. Every face uses it. */
export function printable(text: string): string {
  return text.replace(unprintable, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value as JSON in one line that is safe to print: inside its strings, what `printable` escapes is escaped as JSON. */
export function jsonText(value: JsonValue): string {
  return printable(JSON.stringify(value));
}

/** A value in one line for people, cut at `columns` characters with a mark that it was. */
export function formatValue(value: JsonValue | undefined, columns = 60): string {
  const text = jsonText(value ?? null);
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

/** A name for people, cut in its middle so that both ends can be told. */
export function shorten(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const tail = Math.floor((columns - 1) / 2);
  return `${text.slice(0, columns - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** A count, a whole number, with thousands separated, the same in every locale. */
export function formatCount(count: number): string {
  // Intl, which does the same, costs a command 10 ms when it is first used.
  return `${count}`.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 record`, `2 records`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** How many bytes of how many, for people. */
export function bytesDone(done: number, total: number): string {
  return `${formatCount(done)} of ${formatCount(total)} bytes`;
}
