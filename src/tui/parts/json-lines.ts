import type { JsonValue } from '../../index.ts';
import { line, type StyledLine, span } from '../line/styled-line.ts';

/** Lines of a value that are shown at most: what is longer is for `--json`. */
const linesMax = 500;

/** A value as indented JSON, one line each. */
export function jsonLines(value: JsonValue | undefined, indent = ' '): StyledLine[] {
  if (value === undefined) return [line(indent, span('(none)', 'dim'))];
  const lines = JSON.stringify(value, undefined, 2).split('\n');
  const shown = lines.slice(0, linesMax).map((text) => line(indent, text));
  if (lines.length <= linesMax) return shown;
  return [...shown, line(indent, span(`and ${lines.length - linesMax} more lines`, 'dim'))];
}

/** Bytes as hexadecimal with their text beside them, sixteen in a line. */
export function hexLines(bytes: Uint8Array): StyledLine[] {
  const lines: StyledLine[] = [];
  for (let at = 0; at < bytes.length && lines.length < linesMax; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const pairs = `${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}`;
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(line(' ', span(at.toString(16).padStart(6, '0'), 'dim'), `  ${pairs}  `, span(text, 'key')));
  }
  const left = bytes.length - lines.length * 16;
  return left > 0 ? [...lines, line(' ', span(`and ${left} more bytes`, 'dim'))] : lines;
}
