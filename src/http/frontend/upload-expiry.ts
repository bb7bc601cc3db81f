import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';

/** Names of all parts of uploads begin so. */
export const uploadPrefix = 'tus-';

/**
 * Removes parts of uploads with which nobody went on for long, now and from time to time, until it is stopped. Any frontend does
 * so for all.
 */
export function expireUploads({ attachments, clock }: Environment, failed: (error: Error) => void): () => void {
  const look = () => {
    const unusedSince = clock.now() - limits.httpUploadKeptMs;
    attachments.store.removeParts(unusedSince, false, uploadPrefix).catch(failed);
  };
  look();
  const timer = setInterval(look, limits.httpUploadLookMs);
  timer.unref();
  return () => clearInterval(timer);
}
