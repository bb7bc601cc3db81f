import { durability, rejection } from './log-schema.ts';
import {
  amount,
  any,
  count,
  either,
  extend,
  flag,
  listOf,
  oneOf,
  position,
  shape,
  text,
  time,
  v,
} from './schema-terms.ts';

const status = oneOf('ready', 'behind', 'active', 'stored', 'parked');
const phase = oneOf('running', 'compensating', 'failed', 'done', 'compensated');

const standing = shape(
  {
    status,
    epoch: count,
    attempts: count,
    created: position,
    createdAt: time,
    since: time,
    due: time,
    chunks: count,
    bytes: count,
  },
  { order: text, operator: text, lease: amount, error: text, correlation: text, causation: text, traceparent: text },
);

/** A session, without its data. */
export const session = extend(standing, {
  v,
  session: text,
  theme: text,
  themeNumber: count,
  version: count,
  position,
});

const data = { data: listOf(any) };
const binary = { binary: listOf(count) };

/** A session that a shell leads, with its data. */
export const led = extend(session, data, binary);

/** No session was due. */
export const noneLed = shape({ v, session: { type: 'null' } }, { due: time });

/** The result of an operation on a session. */
export const operation = shape(
  {
    v,
    session: text,
    op: text,
    position,
    time,
    duplicate: flag,
    durability,
    status: oneOf('ready', 'behind', 'active', 'stored', 'parked', 'removed'),
  },
  { epoch: count, attempts: count, due: time },
);

const happened = shape(
  { position, time, id: text, type: text, ops: listOf(shape({ op: text }, { value: any })) },
  { actor: text, payload: any, after: standing },
);
const leaseState = shape({ alive: flag }, { why: text, until: time, host: text, process: count });
const pageFields = { history: listOf(happened), earlier: flag };

/** A session with its data and history. */
export const sessionPage = extend(
  session,
  { ...data, ...pageFields },
  { ...binary, leaseState, next: position, before: standing },
);

/** A session that was removed, with its history. */
export const removedPage = shape(
  { v, session: text, status: oneOf('removed'), ...pageFields },
  { next: position, before: standing },
);

/** A session that does not go on by itself. */
export const stuck = extend(session, {
  stuck: shape({ reason: text, detail: text, ageMs: count }, { owner: text, nextTry: time }),
  next: listOf(text),
});

/** One of many sessions that an operation was done to. */
export const operatedOn = shape(
  {
    ...{ v, session: text, was: status },
    outcome: oneOf(
      ...['ready', 'parked', 'stored', 'removed', 'would be ready', 'would be parked', 'would be stored'],
      ...['would be removed', 'unchanged'],
    ),
  },
  { position, duplicate: flag },
);

/** The lease of a shell, renewed. */
export const renewed = shape({ v, session: text, epoch: count, operator: text, until: time });

/** A session that is no more. */
export const removed = shape({ v, session: text, removed: flag, position, time });

/** How many sessions of a queue stand in each status, and how many ever came and went. */
export const counts = {
  ready: count,
  behind: count,
  active: count,
  stored: count,
  parked: count,
  created: count,
  removed: count,
};
const worker = shape({ operator: text, host: text, process: count, started: time, until: time });

/** A queue. */
export const queue = shape(
  {
    v,
    theme: text,
    number: count,
    paused: flag,
    ...counts,
    inPerSecond: amount,
    outPerSecond: amount,
    workers: listOf(worker),
  },
  { oldest: shape({ session: text, due: time, ageMs: count }), nextDue: time },
);

/** A queue, with the sessions that are led next. */
export const queuePage = extend(queue, { next: listOf(session) });

/** A queue that was paused or resumed. */
export const paused = shape({ v, theme: text, paused: flag, changed: flag, active: count, position, time, durability });

/** A queue that was drained. */
export const drained = shape({ v, theme: text, paused: flag, drained: flag, active: count, waiting: count });

const backoff = shape({ first: amount, factor: amount, max: amount });

/** A kind of work. */
export const theme = shape(
  {
    v,
    theme: text,
    number: count,
    paused: flag,
    inApp: flag,
    advisor: flag,
    policy: shape({ lease: amount, timeout: amount, backoff, attempts: count }, { concurrency: count }),
  },
  { live: count },
);

/** The report of a worker. */
export const work = shape(
  {
    v,
    turns: count,
    removed: count,
    stored: count,
    parked: count,
    lost: count,
    failed: count,
    requests: count,
    mended: count,
  },
  { left: count, emergency: shape({ code: text, message: text }) },
);

const side = shape(
  { status: oneOf('waiting', 'begun', 'retrying', 'done', 'failed', 'skipped'), attempts: count },
  { round: count, maybe: flag, error: text, due: time, beganAt: time, endedAt: time, result: any },
);
const event = shape(
  { position, time, event: text },
  {
    ...{
      v,
      type: text,
      data: any,
      respond: text,
      undoes: text,
      steps: listOf(listOf(text)),
      step: text,
      side: oneOf('do', 'undo'),
    },
    ...{
      attempt: count,
      result: any,
      error: text,
      happened: text,
      refused: flag,
      stopped: flag,
      next: text,
      due: time,
    },
    ...{ why: text, outcome: text, actor: text, reason: text },
  },
);

/** All about one saga. */
export const saga = shape(
  {
    ...{ v, saga: text, type: text, phase, data: any, createdAt: time, itinerary: listOf(listOf(text)) },
    ...{ steps: listOf(shape({ step: text, do: side, undo: side })), events: listOf(event) },
  },
  {
    ...{
      status,
      position,
      due: time,
      order: text,
      error: text,
      problem: text,
      respond: text,
      undoes: text,
      forced: text,
    },
    ended: shape({ position, time }, { rejection }),
  },
);

/** A saga in a list. */
export const listedSaga = shape(
  { v, saga: text, type: text, phase, createdAt: time },
  {
    status,
    due: time,
    endedAt: time,
    error: text,
    stuck: shape({ reason: text, detail: text, ageMs: count }),
    next: listOf(text),
  },
);

/** A saga that was started. */
export const startedSaga = shape({ v, saga: text, type: text, phase, position, time, duplicate: flag, durability });

/** A saga that has ended. */
export const endedSaga = shape({ v, saga: text, type: text, phase, position, time, durability }, { error: text });

/** The result of a command to a saga. */
export const intervened = shape(
  { v, saga: text, word: text },
  { dryRun: flag, phase, position, time, duplicate: flag, durability, undoneBy: text, status: text },
);

const action = shape({ does: text, text, timeout: amount, retry: { type: 'object' } });

/** The steps of a type of saga. */
export const sagaGraph = shape(
  { v, type: text, steps: listOf(listOf(shape({ step: text, do: action }, { at: text, compensate: action }))) },
  { deadline: amount },
);

/** A message to another environment, as `send` prints it. */
export const parcel = shape({ id: text, queue: text, data: any }, { order: text, after: text });

const refusal = shape(
  { code: text, message: text },
  { hint: text, next: listOf(text), line: count, column: count, path: text },
);

/** The acknowledgement of a message, as `receive` prints it. */
export const acknowledgement = shape(
  { id: either(text, { type: 'null' }), ok: flag },
  { duplicate: flag, error: refusal },
);

/** The effect of acknowledgements on the messages that waited. */
export const settledParcels = shape({ v, delivered: count, parked: count, waiting: count, unknown: count, bad: count });
