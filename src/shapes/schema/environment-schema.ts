import { amount, count, digest, flag, listOf, oneOf, position, shape, text, time, v } from './schema-terms.ts';
import { originSchema } from './sync-schema.ts';
import { counts, queue } from './work-schema.ts';

/** An environment that was made, or was there. */
export const initialised = shape({ v, dir: text, created: flag, position }, { unit: text, app: text, appFound: flag });

/** How an environment stands. */
export const statusSchema = shape(
  {
    ...{ v, unit: text, head: shape({ position, digest }, { time }), watermark: position, counts: { type: 'object' } },
    ...{ size: { type: 'object' }, types: listOf({ type: 'object' }), sessions: count },
    themes: listOf(shape({ theme: text, number: count, paused: flag, ...counts })),
    stuck: shape({ count, more: flag, reasons: { type: 'object' } }),
  },
  {
    ...{
      format: count,
      copiedAt: position,
      generation: count,
      dir: text,
      durability: text,
      path: text,
      lmdb: text,
      app: text,
    },
    context: shape({ name: text, protected: flag }, { color: text }),
    sagas: shape({ notEnded: count, more: flag, phases: { type: 'object' }, stuck: count }),
  },
);

/** Something that a person has to see to. */
const need = shape(
  {
    level: oneOf('bad', 'warn'),
    kind: oneOf('session', 'saga', 'queue', 'origin'),
    name: text,
    text,
    next: listOf(text),
  },
  { ageMs: count },
);

const plan = shape(
  {
    plan: text,
    noun: oneOf('session', 'saga'),
    does: text,
    state: oneOf('moving', 'quiet', 'ended'),
    moved: time,
    position,
    target: text,
  },
  { nth: count, of: count, actor: text, reason: text },
);

/** How an environment stands, for who watches it. */
export const overviewSchema = shape(
  {
    ...{ v, time, dir: text, unit: text, generation: count, ok: flag, head: shape({ position }, { time }) },
    ...{ committed: count, rejected: count, fileBytes: count, usedBytes: count, mapBytes: count, readers: count },
    ...{ perSecond: amount, throughput: listOf(count), workers: count, queues: listOf(queue) },
    stuck: shape({ count, more: flag, reasons: { type: 'object' } }),
    ...{ origins: listOf(originSchema), needs: listOf(need), plans: listOf(plan) },
    builds: listOf(shape({ process: count, since: time, bytes: count })),
  },
  { sagas: shape({ notEnded: count, more: flag, phases: { type: 'object' }, stuck: count }) },
);

/** A command of the screen, and its keys. */
export const screenCommandSchema = shape({ v, command: text, keys: listOf(text), help: text });

/** The findings of `doctor`. */
export const findings = shape({
  v,
  ok: flag,
  findings: listOf(shape({ check: text, level: oneOf('ok', 'warn', 'fail'), text, next: listOf(text) })),
});

/** A backup that was made and verified. */
export const backupSchema = shape({ v, file: text, bytes: count, position, verified: flag, restore: text });

/** How many records fit. */
export const counted = shape({ v, count });

/** Indexes that were made anew, or would be. */
export const replayed = shape({ v, generation: count, records: count }, { dryRun: flag });

/** An environment that was made as of a point. */
export const replayedInto = shape({ v, dir: text, position, records: count }, { app: text, appFound: flag });

/** Rates that were measured. */
export const rates = shape({
  v,
  transactions: count,
  rates: listOf(shape({ name: text, perSecond: amount }, { ratio: amount, of: text })),
});

/** A plan that was written to a file. */
export const plannedFile = shape(
  { v, file: text, head: position, next: listOf(text) },
  { compensate: count, sagas: count, sessions: count, refused: count, done: count, unchanged: count },
);
