import { TxlogError } from '../core/base/errors.ts';
import { type Attachment, isDigest } from '../core/log/attachment.ts';
import type { AttachmentStore, ByteRange } from '../ports/attachment-store.ts';
import type { Progress } from '../view/reader.ts';
import type { AttachmentEnvironment, Cleared, Clearing, ClearOptions } from './clear-unused.ts';
import type { PutOptions, PutReport } from './put-attachment.ts';
import type { Upload, UploadPart, UploadProgress } from './upload-in-parts.ts';
import type { AttachmentProblem } from './verify-attachments.ts';

/** A range of an attachment: bytes from `start` on, up to `end`, excluded. */
export interface GetOptions {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** A piece holds only until the next one is asked for: less memory for who needs none of them longer. Default false. */
  readonly reuse?: boolean | undefined;
}

/** An attachment, with what the log says of it. */
export interface AttachmentReport {
  /** Undefined when it is not here. */
  readonly found: Attachment | undefined;
  /** Bytes of it that an interrupted `put` with this digest has brought. */
  readonly partBytes: number;
  /** Positions of the records that name it, oldest first, up to a thousand. */
  readonly records: readonly number[];
}

/**
 * Big data beside the log: files that transactions name by their SHA-256. What is here is whole and durable.
 *
 * Errors: ATTACHMENT_NOT_FOUND, ATTACHMENT_INVALID, ATTACHMENT_CONFLICT, STORAGE_ codes.
 */
export class Attachments {
  private readonly clearing: Clearing;
  private readonly env: AttachmentEnvironment;
  /** Where the bytes are: for the engine's own capabilities. */
  readonly store: AttachmentStore;

  constructor(clearing: Clearing) {
    this.clearing = clearing;
    this.env = clearing.env;
    this.store = clearing.store;
  }

  /** Keeps the bytes of a stream, durably. The same bytes again are the same attachment. */
  async put(source: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<PutReport> {
    const { putAttachment } = await import('./put-attachment.ts');
    return putAttachment(this.store, source, options);
  }

  /** How far an upload in parts has come. Errors: UPLOAD_BUSY. */
  async readUpload(upload: Upload): Promise<UploadProgress> {
    const { readUpload } = await import('./upload-in-parts.ts');
    return readUpload(this.store, upload);
  }

  /** Adds a part to an upload. Errors: UPLOAD_BUSY, UPLOAD_DAMAGED, REQUEST_TOO_LARGE. */
  async addToUpload(upload: Upload, part: UploadPart): Promise<UploadProgress> {
    const { addToUpload } = await import('./upload-in-parts.ts');
    return addToUpload(this.store, upload, part);
  }

  /** Returns its size and time; undefined when it is not here. */
  find(digest: string): Attachment | undefined {
    return this.store.find(digest);
  }

  /**
   * The bytes of an attachment, or of a range of it, in pieces, no faster than they are taken. Read whole, they are
   * checked: with another digest the stream ends with ATTACHMENT_INVALID.
   */
  async *get(digest: string, { start = 0, end, reuse = false }: GetOptions = {}): AsyncGenerator<Uint8Array> {
    const { bytes } = requireAttachment(this.store, digest);
    const range: ByteRange = { start, end: Math.min(end ?? bytes, bytes) };
    if (start < 0 || start > range.end)
      throw new TxlogError('USAGE', `attachment ${digest} has ${bytes} bytes: no range from ${start} to ${range.end}`);
    const { checkedBytes } = await import('./verify-attachments.ts');
    const isWhole = start === 0 && range.end === bytes;
    const pieces = isWhole ? checkedBytes(this.store, digest, bytes) : this.store.read(digest, range);
    for await (const piece of pieces) yield reuse ? piece : Uint8Array.from(piece);
  }

  /** All attachments, by their digests. */
  async *list(): AsyncGenerator<Attachment> {
    yield* this.store.list();
  }

  /** Shows an attachment: whether it is here, and which records name it. Errors: USAGE for what is no digest. */
  async show(digest: string): Promise<AttachmentReport> {
    requireDigest(digest);
    const { recordsNaming } = await import('./named-attachments.ts');
    const records = await recordsNaming(this.env, digest);
    return { found: this.store.find(digest), partBytes: this.store.partBytes(digest), records };
  }

  /** Reads attachments whole, or all of them; what is damaged, and what committed records name and is not here. */
  async *verify(
    options: { readonly digests?: readonly string[] | undefined; readonly onProgress?: Progress | undefined } = {},
  ): AsyncGenerator<AttachmentProblem> {
    for (const digest of options.digests ?? []) requireDigest(digest);
    const { verifyAttachments } = await import('./verify-attachments.ts');
    yield* verifyAttachments(this.env, this.store, options);
  }

  /** Removes attachments that no record names and nobody has used for some time; each that was, or would be. */
  async *clear(options: ClearOptions = {}): AsyncGenerator<Cleared> {
    const { clearUnused } = await import('./clear-unused.ts');
    yield* clearUnused(this.clearing, options);
  }
}

/** Errors: ATTACHMENT_NOT_FOUND; USAGE for what is no digest. */
export function requireAttachment(store: AttachmentStore, digest: string): Attachment {
  requireDigest(digest);
  const found = store.find(digest);
  if (found) return found;
  throw new TxlogError('ATTACHMENT_NOT_FOUND', `attachment ${digest} is not here`, { next: ['txlog attachment list'] });
}

/** Errors: USAGE. */
function requireDigest(text: string): void {
  if (isDigest(text)) return;
  const what = JSON.stringify(text.slice(0, 100));
  throw new TxlogError('USAGE', `${what} is no digest: 64 hex digits in lower case name an attachment`, {
    next: ['txlog attachment list'],
  });
}
