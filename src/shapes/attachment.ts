import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import {
  type Attachment,
  type AttachmentProblem,
  type AttachmentReport,
  type Cleared,
  type PutReport,
  toTime,
} from '../index.ts';

/** An attachment as JSON. */
export function toAttachmentJson({ digest, bytes, time }: Attachment): JsonObject {
  return { digest, bytes, time: toTime(Math.floor(time)) };
}

/** A put attachment as JSON. */
export function toPutJson({ digest, bytes, duplicate }: PutReport): JsonObject {
  return { v: 1, digest, bytes, duplicate };
}

/** An attachment and what names it, as JSON. */
export function toShownJson(digest: string, { found, partBytes, records }: AttachmentReport): JsonObject {
  const { bytes, time } = found ?? {};
  const here = given({ bytes, time: ifGiven(time, (at) => toTime(Math.floor(at))) });
  return { v: 1, digest, here: found !== undefined, ...here, partBytes, records: records.map(String) };
}

/** A fault as JSON. */
export function toAttachmentProblemJson({ digest, problem, position }: AttachmentProblem): JsonObject {
  return { digest, problem, ...given({ position: ifGiven(position, String) }) };
}

/** An attachment that was removed, or would be, as JSON. */
export function toClearedJson({ digest, bytes }: Cleared, dryRun: boolean): JsonObject {
  return { kind: digest === undefined ? 'parts' : 'attachment', ...given({ digest }), bytes, dryRun };
}
