import { assert } from '../core/base/assert.ts';
import type { JsonValue } from '../core/base/json.ts';
import { type Change, changeOps } from '../core/fold/change.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import { type LogRecord, sessionType } from '../core/log/record.ts';
import { toExpectText } from './expect-text.ts';

const opNumbers = new Map(changeOps.map((op, i) => [op, i]));

/**
 * Writes the body of a record as Avro by `recordSchema`, field by field and without objects between: half of the time
 * that a compiled schema takes. Reading is left to the schema, which the log carries.
 *
 * Shape: docs/formats/record.md; test/layout/record.unit.test.ts reads with the schema what this writes.
 */
export class BodyWriter {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;
  /** Texts of the objects and lists among the values of the last record's changes, by the number of the change. */
  texts: readonly (string | undefined)[] = noTexts;

  /** Writes into `buffer` from `at` on; gives where the body ends, or -1 when it does not fit. */
  write(record: LogRecord, buffer: Buffer, at: number): number {
    this.buffer = buffer;
    this.at = at;
    this.text(record.type === sessionType ? '' : record.id);
    this.optional(record.actor);
    this.json(record.payload);
    this.changes(record.changes);
    this.optional(toExpectText(record));
    this.rejection(record.rejection);
    this.optionalLong(record.compensates);
    if (isLinked(record)) {
      this.optional(record.correlation);
      this.optional(record.causation);
    }
    return this.at <= buffer.length ? this.at : -1;
  }

  private changes(changes: readonly Change[]): void {
    // An array is blocks of items, each with its count, up to an empty one.
    if (changes.length > 0) this.long(changes.length);
    let texts: (string | undefined)[] | undefined;
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i] as Change;
      const op = opNumbers.get(change.op);
      assert(op !== undefined, `operation ${change.op} has a number`);
      this.long(op);
      this.text(change.key);
      const text = textOf(change.value);
      this.optional(text);
      if (typeof change.value === 'object' && change.value !== null) {
        texts ??= [];
        texts[i] = text;
      }
      this.optionalDouble(change.pending);
      this.optional(change.owner);
      this.optional(change.reducer);
      this.json(change.result);
    }
    this.long(0);
    this.texts = texts ?? noTexts;
  }

  private rejection(rejection: Rejection | undefined): void {
    if (!rejection) {
      this.byte(0);
      return;
    }
    const { code, reason, key, owner, seen } = rejection;
    this.byte(2);
    this.text(code);
    this.text(reason);
    this.optional(key);
    this.optional(owner?.id);
    this.optionalLong(owner?.position);
    this.json(seen);
  }

  private json(value: JsonValue | undefined): void {
    this.optional(textOf(value));
  }

  /** A union of null and one more: the branch, then its value. */
  private optional(value: string | undefined): void {
    if (value === undefined) {
      this.byte(0);
    } else {
      this.byte(2);
      this.text(value);
    }
  }

  private optionalLong(value: number | undefined): void {
    this.byte(value === undefined ? 0 : 2);
    if (value !== undefined) this.long(value);
  }

  private optionalDouble(value: number | undefined): void {
    this.byte(value === undefined ? 0 : 2);
    if (value === undefined) return;
    if (this.at + 8 <= this.buffer.length) this.buffer.writeDoubleLE(value, this.at);
    this.at += 8;
  }

  private text(value: string): void {
    const { buffer } = this;
    // The length stands before the bytes, and is right at once for ASCII.
    const guess = longBytes(value.length);
    if (this.at + guess + value.length * 3 > buffer.length) {
      // Any place past the end tells that it does not fit.
      this.at = buffer.length + 1;
      return;
    }
    const bytes = buffer.write(value, this.at + guess);
    if (bytes !== value.length) {
      const start = this.at + guess;
      buffer.copyWithin(this.at + longBytes(bytes), start, start + bytes);
    }
    this.long(bytes);
    this.at += bytes;
  }

  /** A number that is not negative: doubled, in groups of seven bits, the lowest first. */
  private long(value: number): void {
    let rest = value * 2;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  private byte(value: number): void {
    // Past the end nothing is written, and counted all the same.
    this.buffer[this.at++] = value;
  }
}

/** Whether a record says where it comes from: only then it has the two texts behind its body. */
export function isLinked({ correlation, causation }: LogRecord): boolean {
  return correlation !== undefined || causation !== undefined;
}

const noTexts: readonly (string | undefined)[] = [];

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function longBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}
