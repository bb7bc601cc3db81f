import { assert } from '../core/assert.ts';

/** Writes numbers and text into one growing buffer; `done` gives a copy of what was written. */
export class ByteWriter {
  private buffer = Buffer.alloc(1024);
  private at = 0;

  /** Starts anew. */
  reset(): this {
    this.at = 0;
    return this;
  }

  byte(value: number): this {
    this.room(1);
    this.buffer[this.at++] = value;
    return this;
  }

  /** Unsigned LEB128, up to 2^53. */
  varint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, `varint of ${value}`);
    this.room(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.at++] = rest;
    return this;
  }

  /** UTF-8 up to the end of the row: no length before it. */
  text(value: string): this {
    this.room(value.length * 3);
    this.at += this.buffer.write(value, this.at, 'utf8');
    return this;
  }

  done(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.at));
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/** Reads what a ByteWriter wrote. */
export class ByteReader {
  private readonly bytes: Buffer;
  private at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = asBuffer(bytes);
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    assert(this.at < this.bytes.length, 'row ends too early');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const part = this.byte();
      value += (part & 0x7f) * scale;
      if (part < 0x80) return value;
      scale *= 0x80;
    }
  }

  text(): string {
    const value = this.bytes.toString('utf8', this.at);
    this.at = this.bytes.length;
    return value;
  }
}

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
