import { count, digest, flag, listOf, oneOf, position, shape, time, v } from './schema-terms.ts';

/** An attachment that is here. */
export const kept = shape({ digest, bytes: count, time });

/** An attachment that was put. */
export const put = shape({ v, digest, bytes: count, duplicate: flag });

/** An attachment, and the records that name it. */
export const shown = shape(
  { v, digest, here: flag, partBytes: count, records: listOf(position) },
  { bytes: count, time },
);

/** A fault of an attachment. */
export const problem = shape({ digest, problem: oneOf('damaged', 'missing') }, { position });

/** An attachment that was removed, or parts of some. */
export const cleared = shape({ kind: oneOf('attachment', 'parts'), bytes: count, dryRun: flag }, { digest });
