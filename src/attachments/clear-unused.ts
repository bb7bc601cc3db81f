import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { Attachment } from '../core/log/attachment.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { LongViewReader } from '../view/reader.ts';
import { recordsWithAttachments } from './named-attachments.ts';

/** The parts of an environment that attachments use. */
export interface AttachmentEnvironment extends LongViewReader {
  readonly clock: { now(): number };
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

const graceSecondsDefault = 7 * 24 * 3600;

/**
 * Removes attachments that no record names and that were not used for some time. A request that names one uses it before it
 * is decided, and finds it, or finds that it is gone.
 *
 * Errors: USAGE for a time that is too short.
 */
export async function* clearUnused(
  env: AttachmentEnvironment,
  store: AttachmentStore,
  { graceSeconds = graceSecondsDefault, dryRun = false }: ClearOptions,
): AsyncGenerator<Cleared> {
  if (!(graceSeconds >= limits.attachmentGraceSecondsMin))
    throw new TxlogError(
      'USAGE',
      `an unused attachment is kept for ${limits.attachmentGraceSecondsMin} seconds at least`,
    );
  const before = env.clock.now() - graceSeconds * 1_000;
  const unused = new Map<string, Attachment>();
  for await (const attachment of store.list()) if (attachment.time < before) unused.set(attachment.digest, attachment);
  // Records that name one later have used it by then, and `remove` finds that out.
  if (unused.size > 0)
    for await (const { attachments } of recordsWithAttachments(env))
      for (const digest of attachments) unused.delete(digest);
  for (const { digest, bytes } of unused.values()) {
    if (dryRun || (await store.remove(digest, before))) yield { digest, bytes };
  }
  const parts = await store.removeParts(before, dryRun);
  if (parts > 0) yield { digest: undefined, bytes: parts };
}
