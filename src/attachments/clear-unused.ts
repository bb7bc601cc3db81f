import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { Attachment } from '../core/log/attachment.ts';
import type { Adoption } from '../pipeline/3-adopt.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { LongViewReader } from '../view/reader.ts';
import { namedSince, recordsWithAttachments } from './named-attachments.ts';
import { queuedAttachments } from './queued-attachments.ts';

/** The parts of an environment that attachments use. */
export interface AttachmentEnvironment extends LongViewReader {
  readonly clock: { now(): number };
}

/** Where attachments are cleared: the environment, its store, and the lock under which requests ask for attachments. */
export interface Clearing {
  readonly env: AttachmentEnvironment;
  readonly store: AttachmentStore;
  adopt(adoption: Adoption): Promise<unknown>;
}

/** How to clear. */
export interface ClearOptions {
  /** Keep what was put or named in so many seconds: requests that name it may be under way. Default a week. */
  readonly graceSeconds?: number | undefined;
  /** Only tell what would be removed. */
  readonly dryRun?: boolean | undefined;
}

/** An attachment that was removed, or would be; or, without a digest, all that is left of interrupted ones. */
export interface Cleared {
  readonly digest: string | undefined;
  readonly bytes: number;
}

/** So many are removed under one lock: nobody writes meanwhile. */
const removedAtOnce = 50;

/**
 * Removes attachments that no record names, nor a request in a queue, and that were not used for some time. They are removed under the lock, where the
 * records that came since the look are known, and where each request looks again for what it names: it finds it, and its
 * record keeps it; or it finds that it is gone.
 *
 * Errors: USAGE for a time that is too short.
 */
export async function* clearUnused(
  clearing: Clearing,
  { graceSeconds = limits.attachmentGraceSeconds, dryRun = false }: ClearOptions,
): AsyncGenerator<Cleared> {
  if (!(graceSeconds >= limits.attachmentGraceSecondsMin))
    throw new TxlogError(
      'USAGE',
      `an unused attachment is kept for ${limits.attachmentGraceSecondsMin} seconds at least`,
    );
  const { env, store } = clearing;
  const before = env.clock.now() - graceSeconds * 1_000;
  const unused = new Map<string, Attachment>();
  for await (const attachment of store.list()) if (attachment.time < before) unused.set(attachment.digest, attachment);
  if (unused.size > 0) {
    const seenTo = await leaveNamed(env, unused);
    if (dryRun) yield* [...unused.values()].map(({ digest, bytes }) => ({ digest, bytes }));
    else yield* removeAll(clearing, unused, { before, seenTo });
  }
  const parts = await store.removeParts(before, dryRun);
  if (parts > 0) yield { digest: undefined, bytes: parts };
}

/** So few records are read under the lock. */
const readUnderLockMost = 2_000;

/** Leaves those out that a record names, or a request that waits in a queue; up to which position that is known. */
async function leaveNamed(env: AttachmentEnvironment, unused: Map<string, Attachment>): Promise<number> {
  let seenTo = 0;
  for (let rounds = 0; ; rounds++) {
    const { position } = await env.read((cut) => cut.head);
    if (rounds > 0 && (position - seenTo <= readUnderLockMost || rounds > limits.overtakenMax)) break;
    for await (const { attachments } of recordsWithAttachments(env, seenTo + 1))
      for (const digest of attachments) unused.delete(digest);
    seenTo = position;
  }
  // Later than the records: one that is decided meanwhile has a record behind them.
  for await (const digest of queuedAttachments(env)) unused.delete(digest);
  return seenTo;
}

async function* removeAll(
  { store, adopt }: Clearing,
  unused: ReadonlyMap<string, Attachment>,
  { before, seenTo }: { readonly before: number; readonly seenTo: number },
): AsyncGenerator<Cleared> {
  const left = new Map(unused);
  let at = seenTo;
  while (left.size > 0) {
    const removed: Cleared[] = [];
    await adopt({
      choose: (_, cut) => {
        for (const digest of namedSince(cut, at)) left.delete(digest);
        at = cut.head.position;
        for (const { digest, bytes } of [...left.values()].slice(0, removedAtOnce)) {
          left.delete(digest);
          if (store.remove(digest, before)) removed.push({ digest, bytes });
        }
        return [];
      },
      finish() {},
    });
    yield* removed;
  }
}
