import { TxlogError } from '../../core/base/errors.ts';

/**
 * Bytes of a stream, taken by exact lengths. Nothing is put together before its length is known to be within a bound,
 * and each byte is copied at most once.
 */
export class ByteSource {
  /** Bytes that were taken: the place in the stream. */
  offset = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private room = Number.POSITIVE_INFINITY;
  private what = 'the stream';
  private records: Buffer[] | undefined;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** From here on, no more than `bytes` may be taken for one `what`. */
  limit(bytes: number, what: string): void {
    this.room = bytes;
    this.what = what;
  }

  /** Keeps what is taken from here on, for `recorded`. */
  record(): void {
    this.records = [];
  }

  /** All that was taken since `record`. */
  recorded(): Buffer {
    const all = Buffer.concat(this.records ?? []);
    this.records = undefined;
    return all;
  }

  /** Whether the stream ends here. */
  async isAtEnd(): Promise<boolean> {
    while (this.heldBytes === 0) if (!(await this.fetch())) return true;
    return false;
  }

  /** The next bytes. Errors: DUMP_INCOMPLETE where the stream ends before; DUMP_INVALID past the limit. */
  async take(bytes: number): Promise<Buffer> {
    if (bytes < 0 || bytes > this.room) {
      throw new TxlogError(
        'DUMP_INVALID',
        `byte ${this.offset}: ${this.what} of ${bytes} bytes is larger than allowed`,
      );
    }
    while (this.heldBytes < bytes) {
      if (await this.fetch()) continue;
      throw new TxlogError(
        'DUMP_INCOMPLETE',
        `the dump ends at byte ${this.offset + this.heldBytes}, inside ${this.what}`,
      );
    }
    this.room -= bytes;
    this.offset += bytes;
    this.heldBytes -= bytes;
    const taken = this.cut(bytes);
    this.records?.push(taken);
    return taken;
  }

  /** A long of Avro. Errors: as `take`; DUMP_INVALID for one past 2^53. */
  async long(): Promise<number> {
    let value = 0;
    for (let i = 0, scale = 1; i < 8; i++, scale *= 0x80) {
      const [byte = 0] = await this.take(1);
      value += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new TxlogError('DUMP_INVALID', `byte ${this.offset}: a length of more than 53 bits`);
  }

  /** Lets go of the stream. */
  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private cut(bytes: number): Buffer {
    const [first] = this.held;
    if (first && first.length > bytes) {
      this.held[0] = first.subarray(bytes);
      return first.subarray(0, bytes);
    }
    const parts: Buffer[] = [];
    let left = bytes;
    while (left > 0) {
      const part = this.held[0] as Buffer;
      if (part.length <= left) this.held.shift();
      else this.held[0] = part.subarray(left);
      parts.push(part.subarray(0, left));
      left -= Math.min(left, part.length);
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  private async fetch(): Promise<boolean> {
    const { value, done } = await this.chunks.next();
    if (done) return false;
    const { buffer, byteOffset, byteLength } = value as Uint8Array;
    if (byteLength === 0) return true;
    this.held.push(Buffer.from(buffer, byteOffset, byteLength));
    this.heldBytes += byteLength;
    return true;
  }
}
