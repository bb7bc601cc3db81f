import { isAscii, isUtf8 } from 'node:buffer';
import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';

/** One line of the input, counted from 1, or why it cannot be read. Blank lines are left out but counted. */
export type Line =
  | { readonly number: number; readonly text: string; readonly bytes: number }
  | { readonly number: number; readonly error: TxlogError };

const newline = 10;
const blank = /^\s*$/;

/**
 * Cuts bytes into lines of UTF-8, whatever chunks they come in. Holds at most one unfinished line.
 *
 * Units: a line has at most `limits.requestBytesMax` bytes; a byte order mark at the start is dropped.
 * Errors, per line: UTF8_INVALID with its column, REQUEST_TOO_LARGE.
 */
export class LineSplitter {
  private parts: Buffer[] = [];
  private held = 0;
  private number = 0;

  /** The lines that end in `chunk`. */
  push(chunk: Buffer): Line[] {
    const end = chunk.lastIndexOf(newline);
    if (end === -1) {
      this.hold(chunk);
      return [];
    }
    // A long line's end may still be missing: what comes before the first newline ends it.
    const first = this.held === 0 ? 0 : chunk.indexOf(newline) + 1;
    const lines = first === 0 ? [] : this.finish(chunk.subarray(0, first - 1));
    if (first <= end) lines.push(...this.cut(chunk.subarray(first, end)));
    this.hold(chunk.subarray(end + 1));
    return lines;
  }

  /** The last line, when no newline ends it. */
  end(): Line[] {
    return this.held === 0 ? [] : this.finish(Buffer.alloc(0));
  }

  private hold(part: Buffer): void {
    if (part.length === 0) return;
    // Only the length matters of a line over its bound.
    if (this.held <= limits.requestBytesMax) this.parts.push(part);
    this.held += part.length;
  }

  private finish(rest: Buffer): Line[] {
    this.hold(rest);
    const { parts, held } = this;
    this.parts = [];
    this.held = 0;
    if (held <= limits.requestBytesMax) return this.cut(Buffer.concat(parts));
    this.number += 1;
    return [tooLong(this.number, held)];
  }

  /** Whole lines, without the newline of the last one. */
  private cut(block: Buffer): Line[] {
    const bytes = this.number === 0 ? withoutMark(block) : block;
    if (!isUtf8(bytes)) return this.cutSlowly(bytes);
    const ascii = isAscii(bytes);
    const lines: Line[] = [];
    for (const text of bytes.toString(ascii ? 'latin1' : 'utf8').split('\n')) {
      this.number += 1;
      if (blank.test(text)) continue;
      const length = ascii ? text.length : Buffer.byteLength(text);
      if (length > limits.requestBytesMax) lines.push(tooLong(this.number, length));
      else lines.push({ number: this.number, text, bytes: length });
    }
    return lines;
  }

  private cutSlowly(block: Buffer): Line[] {
    const lines: Line[] = [];
    for (let start = 0; start <= block.length; ) {
      const found = block.indexOf(newline, start);
      const end = found === -1 ? block.length : found;
      const line = block.subarray(start, end);
      start = end + 1;
      if (isUtf8(line)) lines.push(...this.cut(line));
      else lines.push(invalid(++this.number, line));
    }
    return lines;
  }
}

function withoutMark(block: Buffer): Buffer {
  return block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}

function tooLong(number: number, bytes: number): Line {
  const message = `line of ${bytes} bytes is over the limit of ${limits.requestBytesMax}`;
  return { number, error: new TxlogError('REQUEST_TOO_LARGE', message, { line: number }) };
}

function invalid(number: number, line: Buffer): Line {
  const column = invalidColumn(line);
  return { number, error: new TxlogError('UTF8_INVALID', 'not valid UTF-8', { line: number, column }) };
}

/** The first character that decoding had to replace, counted from 1. */
function invalidColumn(line: Buffer): number {
  let column = 1;
  let offset = 0;
  for (const character of line.toString('utf8')) {
    if (character === '\ufffd' && !(line[offset] === 0xef && line[offset + 1] === 0xbf)) return column;
    offset += Buffer.byteLength(character);
    column += 1;
  }
  return column;
}
