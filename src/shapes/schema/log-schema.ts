import { groupFields } from '../../index.ts';
import {
  any,
  count,
  digest,
  either,
  extend,
  flag,
  listOf,
  oneOf,
  position,
  type Schema,
  shape,
  text,
  time,
  v,
} from './schema-terms.ts';

const owner = shape({ id: text, position });

/** How durable a receipt's record is. */
export const durability = oneOf('fsync', 'memory', 'none');

/** A rejection: a code of docs/errors.md, or of the app. */
export const rejection = shape({ code: text, reason: text }, { key: text, owner, seen: { type: 'object' } });

/** A receipt. */
export const receipt = shape(
  { v, id: text, outcome: oneOf('committed', 'rejected'), position, time, duplicate: flag, durability },
  { dryRun: flag, rejection },
);

/** A request that waits in its queue. */
export const accepted = shape({
  v,
  id: text,
  outcome: oneOf('accepted'),
  session: text,
  position,
  time,
  duplicate: flag,
  durability,
});

/** An error, on stderr or in place of a receipt. */
export const error = shape({
  v,
  error: shape(
    { code: text, message: text, exit: count },
    { hint: text, next: listOf(text), line: count, column: count, path: text, stack: text },
  ),
});

const change: Schema = {
  ...shape(
    { op: text },
    {
      key: text,
      session: text,
      theme: text,
      value: any,
      pending: { type: 'number' },
      owner: text,
      reducer: text,
      result: any,
    },
  ),
};

/** A record of the log. */
export const record = shape(
  { v, position, id: text, type: text, time, outcome: oneOf('committed', 'rejected'), changes: listOf(change), digest },
  {
    ...{ actor: text, payload: any, expect: listOf({ type: 'object' }), rejection, compensates: position },
    ...{ attachments: listOf(text), correlation: text, causation: text, traceparent: text, claims: { type: 'object' } },
  },
);

/** A key that was edited, and left as it was. */
export const unchanged = shape({ v, key: text, unchanged: flag });

/** A request, as `rescan --requests` writes it for another `submit`. */
export const request = shape(
  { id: text, type: text },
  {
    ...{ actor: text, payload: any, changes: listOf({ type: 'object' }), expect: listOf({ type: 'object' }) },
    ...{ attachments: listOf(text), correlation: text, causation: text, traceparent: text, claims: { type: 'object' } },
  },
);

/** A request, as a client sends it: the id is made when it has none. */
export const requestInput = {
  ...shape(
    { type: text },
    {
      ...{ id: text, actor: text, payload: any, changes: listOf(change), expect: listOf({ type: 'object' }) },
      ...{
        attachments: listOf(text),
        correlation: text,
        causation: text,
        traceparent: text,
        claims: { type: 'object' },
        respond: text,
      },
    },
  ),
  additionalProperties: false,
};

/** A problem document. Source: RFC 9457. */
export const problemDocument = shape(
  { type: text, title: text, status: count, detail: text, code: text },
  { hint: text, next: listOf(text), line: count, column: count, path: text },
);

/** A state of a key. */
export const state = shape(
  { v, key: text, kind: oneOf('dedicated', 'shared'), value: any, version: count, position },
  { owner, pending: shape({ until: time, expired: flag }), applied: count },
);

/** The answer of a view of the app, or its refusal. */
export const viewAnswer = shape({ v, view: text, position }, { value: any, rejection });

/** A view of the app. `schema` is a JSON Schema of its parameters. */
export const listedView = shape({ v, view: text }, { summary: text, schema: { type: 'object' } });

const link = shape({ id: text, position });
const moment = { position, id: text, type: text, time };

/** One transaction in the life of a key. */
export const history = shape({ ...moment, ops: listOf(text) }, { before: state, after: state });

/** How a key differs between two points. */
export const stateDiff = shape({
  v,
  key: text,
  same: flag,
  from: shape({ position }, { state }),
  to: shape({ position }, { state }),
  differences: listOf(shape({ path: text }, { before: any, after: any })),
});

/** A key, as `inspect KEY` tells of it. */
export const keyPage = shape(
  {
    v,
    kind: oneOf('key'),
    key: text,
    history: listOf(
      extend(shape(moment), { ops: listOf(text) }, { before: state, after: state, compensatedBy: position }),
    ),
    earlier: flag,
    rejections: listOf(shape(moment, { rejection })),
  },
  { state, next: position },
);

const around = { before: any, after: any, previous: link, next: link };

/** A transaction, as `inspect ID` tells of it. */
export const transaction = shape(
  { v, kind: oneOf('transaction'), record, keys: listOf(shape({ key: text }, around)) },
  { sessions: listOf(shape({ session: text }, around)), compensatedBy: link, compensates: link, decided: flag },
);

/** A tree of requests and sessions, as `inspect --tree` tells of it: in the order of the tree. */
export const linkedTree = shape({
  ...{ v, kind: oneOf('tree'), correlation: text, truncated: flag },
  nodes: listOf(
    shape(
      { id: text, depth: count, position, time },
      {
        causation: text,
        transaction: shape({ type: text, position, outcome: oneOf('committed', 'rejected') }),
        session: shape({ theme: text, status: text }),
      },
    ),
  ),
});

const optionalText: Schema = { type: ['string', 'null'] };

/** A group of records, as `log count` tells of it: the fields that were asked for, and how many. */
export const recordGroup = shape({ count }, Object.fromEntries(groupFields.map((field) => [field, optionalText])));

/** The report of an audit. */
export const verifySchema = shape(
  {
    v,
    ok: flag,
    records: count,
    head: shape({ position, digest }),
    problems: listOf(shape({ code: text, place: text, reason: text }, { position })),
    more: count,
  },
  { firstPosition: position, attachments: count, repaired: any },
);

const decided = shape({ outcome: text }, { code: text, reason: text });

/** A line of `replay --with --diff`. */
export const whatIfSchema = either(
  shape({ v, kind: oneOf('flip'), position, id: text, type: text, was: decided, would: decided }),
  shape({ v, kind: oneOf('key'), key: text }, { was: any, would: any }),
  shape({
    v,
    kind: oneOf('summary'),
    decided: count,
    undecided: count,
    flips: count,
    changedValues: count,
    newKeys: count,
    missingKeys: count,
  }),
);
