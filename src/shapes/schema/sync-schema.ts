import { amount, any, count, either, flag, listOf, oneOf, position, shape, text, time, v } from './schema-terms.ts';

/** `ORIGIN:POSITION:DIGEST`. */
const cursor = { type: 'string', pattern: '^[^:]+:\\d+:[0-9a-f]{16}$' };

/** Where an environment stands, in one word. */
export const standing = shape({ v, cursor });

/** A record of elsewhere, and its position here. */
export const placed = shape({ v, origin: text, there: position, position });

const side = shape({ kind: text, value: any, version: count, position });
const end = shape({ position, digest: text });
const counts = { type: 'object' };

/** How an environment compares with another one, or with a dump. */
export const compared = either(
  shape({
    ...{ v, same: flag, common: position, keysDiffering: count, isCut: flag, left: end, right: end },
    keys: listOf(shape({ key: text }, { left: side, right: side })),
  }),
  shape(
    { v, same: flag, records: shape({ same: count, differ: count, missing: count }), dump: position, head: position },
    { firstDifferent: position, keys: listOf(text) },
  ),
);

/** The report of an import. */
export const imported = shape(
  {
    ...{ v, mode: oneOf('mirror', 'submit', 'inspect'), origin: text, blocks: count, read: count, applied: count },
    ...{ duplicate: count, rejected: count, parked: count, skipped: count, left: count },
    ...{ states: count, attachments: count, cursor, complete: flag },
  },
  { dryRun: flag },
);

/** The manifest of a dump. */
const manifest = {
  ...{ format: count, unit: text, origin: text, after: cursor, head: cursor, headTime: count, masked: flag },
  ...{ states: flag, attachments: oneOf('none', 'referenced', 'all'), time },
};

/** The summary of a dump. */
export const summary = shape({
  ...{ v, ok: flag, codec: text, blocks: count, entries: count, bytes: count, rawBytes: count, complete: flag, cursor },
  ...{ counts, manifest: shape(manifest, { to: count, filter: text }) },
});

/** An entry of a dump, in a line. */
export const entry = {
  ...shape({ kind: oneOf('begin', 'record', 'state', 'session', 'blob', 'end', 'unknown') }),
  // The fields of its kind.
  additionalProperties: true,
};

/** Where an environment stands towards one that it takes dumps from. */
export const originSchema = shape({
  ...{ origin: text, mode: text, cursor, lag: shape({ records: count, seconds: amount }), heard: time },
});

/** Where an environment stands towards its origins. */
export const syncStatusSchema = shape(
  {
    ...{ v, unit: text, cursor },
    origins: listOf(originSchema),
  },
  { mirror: shape({ origin: text, since: time }) },
);

/** The report of a promotion. */
export const promoted = shape({ v, position, suspended: count });

/** A session that was resumed. */
export const resumed = shape({ id: text, dryRun: flag });
