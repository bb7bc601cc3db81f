/**
 * Snappy's block format (github.com/google/snappy, format_description.txt). Reading is strict: every length and offset is
 * checked against what is there, and against the size that the block names, before a byte is copied.
 */

const hashBits = 14;
const fewestMatched = 4;
/** Offsets of copies have two bytes: fragments are no longer. */
const fragmentBytes = 65_536;

/** Compresses, greedily. */
export function compressSnappy(input: Buffer): Buffer {
  const writer = new SnappyWriter(input);
  for (let start = 0; start < input.length; start += fragmentBytes) {
    writer.fragment(start, Math.min(start + fragmentBytes, input.length));
  }
  return writer.done();
}

class SnappyWriter {
  private readonly input: Buffer;
  private readonly output: Buffer;
  private readonly table = new Int32Array(1 << hashBits);
  private at: number;

  constructor(input: Buffer) {
    this.input = input;
    // A literal of any length costs at most five bytes more than it has.
    this.output = Buffer.allocUnsafe(32 + input.length + Math.ceil(input.length / 6));
    this.at = writeLength(this.output, input.length);
  }

  fragment(start: number, end: number): void {
    const { input, table } = this;
    table.fill(-1);
    let literal = start;
    let at = start;
    while (at + fewestMatched <= end) {
      const word = input.readUInt32LE(at);
      const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - hashBits);
      const candidate = table[slot] as number;
      table[slot] = at;
      if (candidate < start || input.readUInt32LE(candidate) !== word) {
        at += 1 + ((at - literal) >> 5);
        continue;
      }
      this.literal(literal, at);
      let length = fewestMatched;
      while (at + length < end && input[candidate + length] === input[at + length]) length += 1;
      this.copy(at - candidate, length);
      at += length;
      literal = at;
    }
    this.literal(literal, end);
  }

  done(): Buffer {
    return this.output.subarray(0, this.at);
  }

  private literal(from: number, to: number): void {
    if (from === to) return;
    const less = to - from - 1;
    if (less < 60) this.output[this.at++] = less << 2;
    else {
      const bytes = less < 0x100 ? 1 : 2;
      this.output[this.at] = (59 + bytes) << 2;
      this.output.writeUIntLE(less, this.at + 1, bytes);
      this.at += 1 + bytes;
    }
    this.at += this.input.copy(this.output, this.at, from, to);
  }

  private copy(offset: number, length: number): void {
    for (let left = length; left > 0; ) {
      const part = Math.min(left, 64);
      this.output[this.at] = ((part - 1) << 2) | 2;
      this.output.writeUInt16LE(offset, this.at + 1);
      this.at += 3;
      left -= part;
    }
  }
}

function writeLength(output: Buffer, length: number): number {
  let at = 0;
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) output[at++] = (rest & 0x7f) | 0x80;
  output[at++] = rest;
  return at;
}

/** Decompresses; undefined where the input is damaged, or would be longer than `bytesMax`. */
export function decompressSnappy(input: Buffer, bytesMax: number): Buffer | undefined {
  const named = readLength(input);
  if (!named || named.length > bytesMax) return undefined;
  return new SnappyReader(input, named.at, named.length).read();
}

/** Reads elements into an output of known length, each checked before it is put. */
class SnappyReader {
  private readonly input: Buffer;
  private readonly output: Buffer;
  private at: number;
  private made = 0;

  constructor(input: Buffer, at: number, length: number) {
    this.input = input;
    this.at = at;
    this.output = Buffer.allocUnsafe(length);
  }

  read(): Buffer | undefined {
    const { input } = this;
    while (this.at < input.length) {
      const tag = input[this.at] as number;
      const wasPut = (tag & 3) === 0 ? this.literal(tag >> 2) : this.copy(tag);
      if (!wasPut) return undefined;
    }
    return this.made === this.output.length ? this.output : undefined;
  }

  private literal(high: number): boolean {
    const more = high < 60 ? 0 : high - 59;
    const from = this.at + 1 + more;
    if (from > this.input.length) return false;
    const length = 1 + (more === 0 ? high : this.input.readUIntLE(this.at + 1, more));
    if (from + length > this.input.length || this.made + length > this.output.length) return false;
    if (length > fewBytes) this.input.copy(this.output, this.made, from, from + length);
    else for (let i = 0; i < length; i++) this.output[this.made + i] = this.input[from + i] as number;
    this.at = from + length;
    this.made += length;
    return true;
  }

  private copy(tag: number): boolean {
    const { input, output, at, made } = this;
    const bytes = (tag & 3) === 3 ? 4 : tag & 3;
    if (at + bytes >= input.length) return false;
    const length = bytes === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    let offset = bytes === 1 ? (tag >> 5) << 8 : 0;
    for (let i = 0, scale = 1; i < bytes; i++, scale *= 0x100) offset += (input[at + 1 + i] as number) * scale;
    if (offset === 0 || offset > made || made + length > output.length) return false;
    // Bytes that this very copy puts may be the ones that it goes on with.
    for (let i = 0; i < length; i++) output[made + i] = output[made - offset + i] as number;
    this.at = at + 1 + bytes;
    this.made = made + length;
    return true;
  }
}

/** Up to so many bytes a loop is faster than a call. */
const fewBytes = 32;

function readLength(input: Buffer): { readonly length: number; readonly at: number } | undefined {
  let length = 0;
  for (let at = 0, scale = 1; at < Math.min(5, input.length); at++, scale *= 0x80) {
    const byte = input[at] as number;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return { length, at: at + 1 };
  }
  return undefined;
}
