import { createHash } from 'node:crypto';
import { TxlogError } from '../core/base/errors.ts';
import type { Attachment } from '../core/log/attachment.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { LongViewReader, Progress } from '../view/reader.ts';
import { recordsWithAttachments } from './named-attachments.ts';

/** A fault of an attachment: its bytes have another digest; or a committed record names it, and it is not here. */
export interface AttachmentProblem {
  readonly digest: string;
  readonly problem: 'damaged' | 'missing';
  /** The first record that names a missing one. */
  readonly position?: number;
}

/** The bytes of an attachment, all of them. Errors: ATTACHMENT_INVALID behind the last one, when they are not its own. */
export async function* checkedBytes(store: AttachmentStore, digest: string, bytes: number): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of store.read(digest, { start: 0, end: bytes })) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') === digest) return;
  throw new TxlogError('ATTACHMENT_INVALID', `attachment ${digest} is damaged: its bytes have another digest`, {
    hint: 'Put it again from its source: that takes the place of the damaged one.',
    next: ['txlog attachment verify', 'txlog attachment put FILE'],
  });
}

/** Which attachments to read, and who hears how many bytes of how many were. */
interface Reading {
  readonly digests?: readonly string[] | undefined;
  readonly onProgress?: Progress | undefined;
}

/** Reads attachments and compares their digests; looks for those that committed records name. */
export async function* verifyAttachments(
  env: LongViewReader,
  store: AttachmentStore,
  { digests, onProgress }: Reading,
): AsyncGenerator<AttachmentProblem> {
  for (const digest of digests ?? []) if (!store.find(digest)) yield { digest, problem: 'missing' };
  for await (const digest of damagedAttachments(store, { digests, onProgress })) yield { digest, problem: 'damaged' };
  if (digests) return;
  const missing = new Set<string>();
  for await (const { position, isCommitted, attachments } of recordsWithAttachments(env)) {
    if (!isCommitted) continue;
    for (const digest of attachments) {
      if (missing.has(digest) || store.find(digest)) continue;
      missing.add(digest);
      yield { digest, problem: 'missing', position };
    }
  }
}

/** Reads attachments that are here, all or those of the digests; the digests of those that have other bytes. */
export async function* damagedAttachments(
  store: AttachmentStore,
  { digests, onProgress }: Reading,
): AsyncGenerator<string> {
  const wanted = await foundOf(store, digests);
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress?.(Math.min(done, total), total);
  };
  for (const found of wanted) if (await isDamaged(store, found, onBytes)) yield found.digest;
}

async function foundOf(store: AttachmentStore, digests: readonly string[] | undefined): Promise<readonly Attachment[]> {
  if (digests) return digests.flatMap((digest) => store.find(digest) ?? []);
  const found: Attachment[] = [];
  for await (const attachment of store.list()) found.push(attachment);
  return found;
}

async function isDamaged(
  store: AttachmentStore,
  { digest, bytes }: Attachment,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  try {
    for await (const piece of checkedBytes(store, digest, bytes)) onBytes(piece.length);
    return false;
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'ATTACHMENT_INVALID') return true;
    // One that was cleared away meanwhile is not damaged.
    if (store.find(digest) === undefined) return false;
    throw error;
  }
}
