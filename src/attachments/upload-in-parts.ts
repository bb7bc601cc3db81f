import { createHash, type Hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { TxlogError } from '../core/base/errors.ts';
import { isDigest } from '../core/log/attachment.ts';
import type { AttachmentPart, AttachmentStore } from '../ports/attachment-store.ts';

/** An attachment that comes in parts, of any number of callers one after another. */
export interface Upload {
  /** Made of letters, digits, - and _. */
  readonly name: string;
  /** All bytes that it will have. */
  readonly bytes: number;
  /** The SHA-256 that it must have. */
  readonly digest?: string | undefined;
}

/** How far an upload has come; `digest` once it is whole, and here. */
export interface UploadProgress {
  readonly offset: number;
  readonly digest?: string;
}

/** Bytes that come next, from `offset` on. */
export interface UploadPart {
  readonly offset: number;
  readonly source: AsyncIterable<Uint8Array>;
  /** The digest that these bytes must have: with another one, none of them is kept. */
  readonly checksum?: { readonly algorithm: 'sha1' | 'sha256'; readonly digest: Uint8Array } | undefined;
}

/** How far an upload has come. One whose last bytes came, and whose caller died then, is completed. Errors: UPLOAD_BUSY. */
export async function readUpload(store: AttachmentStore, upload: Upload): Promise<UploadProgress> {
  const whole = await findWhole(store, upload);
  if (whole) return whole;
  if (store.partHolders(upload.name) > 0) throw busy();
  const offset = store.partBytes(upload.name);
  if (offset < upload.bytes) return { offset };
  return withPart(store, upload, (part) => complete(store, upload, part));
}

/**
 * Adds bytes to an upload, and completes it with the last ones. What came of a part that breaks off is kept, unless it has a checksum.
 *
 * Errors: UPLOAD_BUSY while another one adds to it; ATTACHMENT_CONFLICT at another offset; REQUEST_TOO_LARGE of more bytes than it
 * has; UPLOAD_DAMAGED; ATTACHMENT_INVALID when all came and the digest is another one, which forgets all of it.
 */
export async function addToUpload(store: AttachmentStore, upload: Upload, part: UploadPart): Promise<UploadProgress> {
  const whole = await findWhole(store, upload);
  if (whole) return whole;
  if (store.partHolders(upload.name) > 0) throw busy();
  return withPart(store, upload, async (begun) => {
    if (begun.bytes !== part.offset)
      throw new TxlogError(
        'ATTACHMENT_CONFLICT',
        `${begun.bytes} bytes of it are here, so it goes on at ${begun.bytes}, not at ${part.offset}`,
      );
    await fill(upload, begun, part);
    return begun.bytes < upload.bytes ? { offset: begun.bytes } : complete(store, upload, begun);
  });
}

/** Those who began in the same moment all let go, and try again, each after another pause: so one of them goes on soon. */
async function withPart(
  store: AttachmentStore,
  { name }: Upload,
  work: (part: AttachmentPart) => Promise<UploadProgress>,
): Promise<UploadProgress> {
  for (let met = 1; ; met++) {
    const part = await store.begin(name);
    try {
      // Each shows that it has begun, and looks then: of two at once, no two go on.
      if (store.partHolders(name) === 1) return await work(part);
    } finally {
      await part.close(true);
    }
    await pause(Math.random() * meetingMs * met);
    if (met === meetingsMax || store.partHolders(name) > 0) throw busy();
  }
}

const meetingsMax = 6;
const meetingMs = 10;

async function fill({ bytes }: Upload, begun: AttachmentPart, { offset, source, checksum }: UploadPart): Promise<void> {
  const hash = checksum && createHash(checksum.algorithm);
  try {
    for await (const piece of source) {
      if (begun.bytes + piece.length > bytes)
        throw new TxlogError('REQUEST_TOO_LARGE', `more bytes came than the ${bytes} that the upload has`);
      hash?.update(piece);
      await begun.write(piece);
    }
  } catch (error) {
    if (hash) await begun.cut(offset);
    throw error;
  }
  if (!checksum || isSame(hash, checksum.digest)) return;
  await begun.cut(offset);
  throw new TxlogError('UPLOAD_DAMAGED', 'the bytes that came do not have the checksum that was given');
}

function isSame(hash: Hash | undefined, digest: Uint8Array): boolean {
  return hash !== undefined && Buffer.compare(hash.digest(), digest) === 0;
}

async function complete(store: AttachmentStore, upload: Upload, part: AttachmentPart): Promise<UploadProgress> {
  const hash = createHash('sha256');
  for await (const piece of part.read()) hash.update(piece);
  const digest = hash.digest('hex');
  if (upload.digest !== undefined && upload.digest !== digest) {
    await part.close(false);
    throw new TxlogError('ATTACHMENT_INVALID', `all ${part.bytes} bytes came, and their digest is ${digest}`, {
      hint: 'They are forgotten: upload again from the first byte.',
    });
  }
  // A client whose answer was lost asks later what became of it: this note tells.
  if (upload.digest === undefined) await writeNote(store, upload, digest);
  await part.finish(digest);
  return { offset: upload.bytes, digest };
}

const noteOf = ({ name }: Upload) => `${name}-done`;

async function writeNote(store: AttachmentStore, upload: Upload, digest: string): Promise<void> {
  const note = await store.begin(noteOf(upload));
  await note.cut(0);
  await note.write(Buffer.from(digest));
  await note.close(true);
}

/** An upload of which all is here. */
async function findWhole(store: AttachmentStore, upload: Upload): Promise<UploadProgress | undefined> {
  const digest = upload.digest ?? (await readNote(store, upload));
  if (digest === undefined || !store.has(digest) || store.find(digest)?.bytes !== upload.bytes) return undefined;
  return { offset: upload.bytes, digest };
}

async function readNote(store: AttachmentStore, upload: Upload): Promise<string | undefined> {
  if (store.partHolders(noteOf(upload)) > 0) throw busy();
  if (store.partBytes(noteOf(upload)) === 0) return undefined;
  const note = await store.begin(noteOf(upload));
  try {
    const pieces: Buffer[] = [];
    for await (const piece of note.read()) pieces.push(Buffer.from(piece));
    const text = Buffer.concat(pieces).toString();
    return isDigest(text) ? text : undefined;
  } finally {
    await note.close(true);
  }
}

function busy(): TxlogError {
  return new TxlogError('UPLOAD_BUSY', 'another request adds to this upload just now', {
    hint: 'Ask again: it ends soon, also when its client is gone.',
  });
}
