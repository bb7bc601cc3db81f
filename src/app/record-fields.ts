import type { JsonObject } from '../core/base/json.ts';
import type { StoredRecord } from '../core/log/record.ts';

/** A record, or a part of it, as a `--where` expression reads it. */
export type FieldReader = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<string, (record: StoredRecord) => unknown>> = {
  position: ({ position }) => position,
  id: ({ id }) => id,
  type: ({ type }) => type,
  time: ({ time }) => new Date(time).toISOString(),
  outcome: ({ outcome }) => outcome,
  actor: ({ actor }) => actor,
  claims: ({ claims }) => claims,
  payload: ({ payload }) => payload,
  changes: ({ changes }) => changes,
  expect: ({ expect }) => (expect.length === 0 ? undefined : expect),
  attachments: ({ attachments }) => attachments,
  rejection: ({ rejection }) => rejection,
  compensates: ({ compensates }) => compensates,
  correlation: ({ correlation }) => correlation,
  causation: ({ causation }) => causation,
  traceparent: ({ traceparent }) => traceparent,
  digest: ({ digest }) => Buffer.from(digest).toString('hex'),
};

/** The variables of an expression: a document, and the same with its absent objects empty. */
export interface Variables {
  readonly record: FieldReader;
  readonly filled: FieldReader;
}

/** The fields that an expression may name, and how they are read of an item. */
export interface ReadableFields<T> {
  readonly names: ReadonlySet<string>;
  /** Makes the variables of an expression that names these fields: only they are computed. */
  reader(names: ReadonlySet<string>): (item: T) => Variables;
  /** Commands that show the fields. */
  readonly next: readonly string[];
  /** Names an item in an error. */
  place(item: T): string;
}

const empty = Object.freeze({});

/** Records of the log, by the fields of their JSON. */
export const recordFields: ReadableFields<StoredRecord> = {
  names: new Set(Object.keys(readers)),
  next: ['txlog log -n 1 --ndjson'],
  reader(names) {
    const wanted = Object.entries(readers).filter(([name]) => names.has(name));
    return (stored) => {
      const record: Record<string, unknown> = {};
      for (const [name, read] of wanted) {
        const value = read(stored);
        if (value !== undefined) record[name] = value;
      }
      return { record, filled: { rejection: empty, payload: empty, claims: empty, ...record } };
    };
  },
  place: ({ position }) => `record ${position}`,
};

/** Fields of documents that are positions: text in JSON, as they may pass 2^53, and numbers in an expression. */
const positions: ReadonlySet<string> = new Set(['position', 'created']);

/** Documents as a command prints them, by these fields. */
export function documentFields(all: readonly string[]): ReadableFields<JsonObject> {
  return {
    names: new Set(all),
    next: [],
    reader: (names) => (document) => {
      const record: Record<string, unknown> = {};
      for (const name of names) {
        const value = document[name];
        if (value !== undefined) record[name] = positions.has(name) ? Number(value) : value;
      }
      const filled = Object.fromEntries([...names].map((name) => [name, empty]));
      return { record, filled: { ...filled, ...record } };
    },
    place: (document) => JSON.stringify(Object.values(document)[1] ?? null),
  };
}
