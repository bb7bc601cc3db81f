import { assert } from '../core/base/assert.ts';

const slabBytes = 64 * 1024;

/** Writes numbers and text, row after row, into slabs; a row stays valid for as long as someone holds it. */
export class ByteWriter {
  // Zero-filled: what a slab does not use must not carry old memory to the disk.
  private buffer = Buffer.alloc(0);
  private start = 0;
  private at = 0;

  /** Starts a row; one that was not `done` is dropped. */
  reset(): this {
    this.at = this.start;
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

  /** The row. */
  done(): Buffer {
    const row = this.buffer.subarray(this.start, this.at);
    this.start = this.at;
    return row;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const written = this.at - this.start;
    const slab = Buffer.alloc(Math.max(slabBytes, 2 * (written + bytes)));
    this.buffer.copy(slab, 0, this.start, this.at);
    this.buffer = slab;
    this.start = 0;
    this.at = written;
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
