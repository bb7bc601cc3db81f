import { createHash, type Hash } from 'node:crypto';
import { TxlogError } from '../core/base/errors.ts';
import { isDigest } from '../core/log/attachment.ts';
import type { AttachmentPart, AttachmentStore } from '../ports/attachment-store.ts';

/** How to put. */
export interface PutOptions {
  /** The SHA-256 that it must have. What came before an interruption is kept under it, for the next `put`. */
  readonly digest?: string | undefined;
  /** Another name, of letters, digits, - and _, to keep an interrupted one under; the stream then begins at the first byte again. */
  readonly resumeAs?: string | undefined;
  /** The first byte of the stream is this byte of the attachment; those before it have come already. */
  readonly offset?: number | undefined;
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Ends it between two pieces, as a stream that breaks off does. */
  readonly signal?: AbortSignal | undefined;
}

/** The attachment that was put. */
export interface PutReport {
  readonly digest: string;
  readonly bytes: number;
  /** Whether it was here before. */
  readonly duplicate: boolean;
}

/**
 * Keeps the bytes of a stream. An interrupted one leaves what came, if it has a name to find it by; the next one goes on
 * behind it, or compares it with the bytes that come again, and writes from where they differ.
 *
 * Errors: ATTACHMENT_INVALID when the bytes have another digest; ATTACHMENT_CONFLICT when the offset does not fit what is
 * here; USAGE; those of the stream; the reason of `signal` once that is aborted; STORAGE_ codes.
 */
export async function putAttachment(
  store: AttachmentStore,
  source: AsyncIterable<Uint8Array>,
  { digest, resumeAs, offset, onProgress, signal }: PutOptions,
): Promise<PutReport> {
  if (digest !== undefined && !isDigest(digest))
    throw new TxlogError('USAGE', 'a digest is a SHA-256: 64 hex digits in lower case');
  if (offset !== undefined && digest === undefined)
    throw new TxlogError('USAGE', 'an offset belongs to a digest: it says which attachment goes on');
  if (resumeAs !== undefined && !/^[\w-]{1,200}$/.test(resumeAs))
    throw new TxlogError('USAGE', 'resumeAs is made of up to 200 letters, digits, - and _: it is a name of a file');
  const name = digest ?? resumeAs;
  const part = await store.begin(name);
  try {
    const filling = new Filling(part, { onProgress, signal });
    await filling.start(offset);
    for await (const piece of source) await filling.add(piece);
    await filling.complete();
    const found = filling.digest;
    if (digest !== undefined && found !== digest) throw another(found, part.bytes);
    const isNew = await part.finish(found);
    return { digest: found, bytes: part.bytes, duplicate: !isNew };
  } finally {
    await part.close(name !== undefined);
  }
}

/** A stream that was cut looks like one that has ended: what came is kept. */
function another(found: string, bytes: number): TxlogError {
  return new TxlogError('ATTACHMENT_INVALID', `${bytes} bytes came, and their digest is ${found}`, {
    hint: `If the stream was cut, go on with --offset ${bytes}. Put again from the first byte, other bytes take their place.`,
  });
}

/** Bytes on their way into a part, of which some may be there. */
class Filling {
  private readonly part: AttachmentPart;
  private readonly onProgress: PutOptions['onProgress'];
  private readonly signal: AbortSignal | undefined;
  private readonly hash: Hash = createHash('sha256');
  private hashed = 0;
  private known: AsyncIterator<Uint8Array> | undefined;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(part: AttachmentPart, { onProgress, signal }: Pick<PutOptions, 'onProgress' | 'signal'>) {
    this.part = part;
    this.onProgress = onProgress;
    this.signal = signal;
  }

  get digest(): string {
    return this.hash.digest('hex');
  }

  /** Takes what is there as the first bytes; or gets ready to compare it with those that come again. */
  async start(offset: number | undefined): Promise<void> {
    const { bytes } = this.part;
    if (offset === undefined) {
      this.known = this.part.read()[Symbol.asyncIterator]();
      return;
    }
    if (offset !== bytes)
      throw new TxlogError(
        'ATTACHMENT_CONFLICT',
        `${bytes} bytes of it are here, so it goes on at ${bytes}, not at ${offset}`,
        {
          next: ['txlog attachment show DIGEST'],
        },
      );
    for await (const piece of this.part.read()) {
      this.signal?.throwIfAborted();
      this.count(piece);
    }
  }

  async add(piece: Uint8Array): Promise<void> {
    this.signal?.throwIfAborted();
    const from = await this.compare(piece);
    const fresh = piece.subarray(from);
    // Written while it is hashed.
    const written = fresh.length > 0 ? this.part.write(fresh) : undefined;
    this.count(piece);
    await written;
    this.onProgress?.(this.hashed);
  }

  /** Bytes that were there, and did not come again, are none of it. */
  async complete(): Promise<void> {
    if (this.hashed < this.part.bytes) await this.part.cut(this.hashed);
  }

  private count(piece: Uint8Array): void {
    this.hash.update(piece);
    this.hashed += piece.length;
  }

  /** Compares the beginning of a piece with what is there; how much of it that was. */
  private async compare(piece: Uint8Array): Promise<number> {
    let at = 0;
    while (this.known && at < piece.length) {
      if (this.rest.length === 0) {
        const { value, done } = await this.known.next();
        if (done) {
          this.known = undefined;
          break;
        }
        this.rest = value;
      }
      const length = Math.min(this.rest.length, piece.length - at);
      if (Buffer.compare(this.rest.subarray(0, length), piece.subarray(at, at + length)) !== 0) {
        // Another stream began it: it is this one's from here on.
        await this.part.cut(this.hashed + at);
        this.known = undefined;
        break;
      }
      this.rest = this.rest.subarray(length);
      at += length;
    }
    return at;
  }
}
