import { assert } from '../core/base/assert.ts';
import type { JsonValue } from '../core/base/json.ts';
import { type Change, type ChangeOp, changeOps } from '../core/fold/change.ts';
import { TextChange } from '../core/fold/raw-json.ts';
import { type FoldedRecord, type LogRecord, operationId } from '../core/log/record.ts';

type Ended = Pick<LogRecord, 'outcome' | 'time' | 'type' | 'position'>;

/** Where a body is, and the key whose changes are wanted; all are without one. */
interface BodyPlace {
  readonly buffer: Buffer;
  readonly at: number;
  readonly key?: Uint8Array | undefined;
}

/**
 * Reads of a record's body only what its fold needs, and leaves values as text: a third of the time that the schema
 * takes, which gives all. For bodies of `recordSchema` alone.
 *
 * Shape: docs/formats/record.md; test/layout/folded-record.unit.test.ts compares it with what the schema reads.
 */
export class FoldedBodyReader {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;
  private own: Uint8Array | undefined;

  /** The body that starts at `at` in `buffer`; with `key`, of its changes only those of that key. */
  read({ position, type, outcome, time }: Ended, { buffer, at, key: own }: BodyPlace): FoldedRecord {
    this.buffer = buffer;
    this.at = at;
    this.own = own;
    const id = this.text();
    this.skipOptional();
    this.skipOptional();
    const changes = this.changes();
    const expects = this.buffer[this.at] !== 0;
    this.skipOptional();
    const key = this.rejectedKey();
    return {
      position,
      // An operation on a session has no id but its place.
      id: id === '' ? operationId(position) : id,
      type,
      time,
      outcome,
      changes,
      expects,
      rejection: key === undefined ? undefined : { key },
      compensates: this.byte() === 0 ? undefined : this.long(),
    };
  }

  private changes(): Change[] {
    const changes: Change[] = [];
    for (let count = this.long(); count !== 0; count = this.long()) {
      for (; count > 0; count--) {
        const change = this.change();
        if (change) changes.push(change);
      }
    }
    return changes;
  }

  private change(): Change | undefined {
    const op = changeOps[this.long()];
    assert(op !== undefined, 'the operation has a number that is known');
    if (this.own && !this.isOwn(this.own)) return this.skipChange();
    const key = this.text();
    const value = this.optional();
    // Pending, owner, reducer and result: most changes have none of them.
    if (value !== undefined && this.buffer.readUInt32LE(this.at) === 0) {
      this.at += 4;
      return new TextChange(op, key, value);
    }
    return this.fullChange(op, key, value);
  }

  /** Whether the text that comes next is a key. It stays where it is. */
  private isOwn(key: Uint8Array): boolean {
    const { at } = this;
    const bytes = this.long();
    const start = this.at;
    this.at = at;
    return bytes === key.length && this.buffer.compare(key, 0, bytes, start, start + bytes) === 0;
  }

  private skipChange(): undefined {
    this.skipText();
    this.skipOptional();
    if (this.byte() !== 0) this.at += 8;
    this.skipOptional();
    this.skipOptional();
    this.skipOptional();
  }

  private fullChange(op: ChangeOp, key: string, value: string | undefined): Change {
    const change: { -readonly [field in keyof Change]: Change[field] } = { op, key };
    if (value !== undefined) change.value = JSON.parse(value) as JsonValue;
    if (this.byte() !== 0) {
      change.pending = this.buffer.readDoubleLE(this.at);
      this.at += 8;
    }
    const owner = this.optional();
    if (owner !== undefined) change.owner = owner;
    const reducer = this.optional();
    if (reducer !== undefined) change.reducer = reducer;
    const result = this.optional();
    if (result !== undefined) change.result = JSON.parse(result) as JsonValue;
    return change;
  }

  /** The key that a rejection names: its other fields are for people. */
  private rejectedKey(): string | undefined {
    if (this.byte() === 0) return undefined;
    this.skipText();
    this.skipText();
    const key = this.optional();
    this.skipOptional();
    if (this.byte() !== 0) this.long();
    this.skipOptional();
    return key;
  }

  private optional(): string | undefined {
    return this.byte() === 0 ? undefined : this.text();
  }

  private skipOptional(): void {
    if (this.byte() !== 0) this.skipText();
  }

  private skipText(): void {
    const bytes = this.long();
    this.at += bytes;
  }

  private text(): string {
    const end = this.long() + this.at;
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  /** Reads what BodyWriter writes: groups of seven bits of the doubled number, the lowest first. */
  private long(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const part = this.byte();
      value += (part & 0x7f) * scale;
      if (part < 0x80) return value / 2;
      scale *= 0x80;
    }
  }

  private byte(): number {
    const byte = this.buffer[this.at++];
    assert(byte !== undefined, 'the body of a record ends too early');
    return byte;
  }
}
