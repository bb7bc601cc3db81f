import { createHash } from 'node:crypto';
import { TxlogError } from '../core/base/errors.ts';
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

/** Reads attachments and compares their digests; looks for those that committed records name. */
export async function* verifyAttachments(
  env: LongViewReader,
  store: AttachmentStore,
  {
    digests,
    onProgress,
  }: { readonly digests?: readonly string[] | undefined; readonly onProgress?: Progress | undefined },
): AsyncGenerator<AttachmentProblem> {
  const wanted = digests ?? (await digestsOf(store));
  for (const [i, digest] of wanted.entries()) {
    const found = store.find(digest);
    if (!found) yield { digest, problem: 'missing' };
    else if (await isDamaged(store, digest, found.bytes)) yield { digest, problem: 'damaged' };
    onProgress?.(i + 1, wanted.length);
  }
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

async function digestsOf(store: AttachmentStore): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const { digest } of store.list()) digests.push(digest);
  return digests;
}

async function isDamaged(store: AttachmentStore, digest: string, bytes: number): Promise<boolean> {
  try {
    for await (const _ of checkedBytes(store, digest, bytes));
    return false;
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'ATTACHMENT_INVALID') return true;
    throw error;
  }
}
