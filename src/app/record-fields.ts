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
  payload: ({ payload }) => payload,
  changes: ({ changes }) => changes,
  expect: ({ expect }) => (expect.length === 0 ? undefined : expect),
  rejection: ({ rejection }) => rejection,
  compensates: ({ compensates }) => compensates,
  correlation: ({ correlation }) => correlation,
  causation: ({ causation }) => causation,
  digest: ({ digest }) => Buffer.from(digest).toString('hex'),
};

/** Names of a record's fields: those of its JSON. */
export const recordFields: ReadonlySet<string> = new Set(Object.keys(readers));

const empty = Object.freeze({});

/** Makes the variables of an expression that names these fields: only they are computed. */
export function toFields(
  names: ReadonlySet<string>,
): (record: StoredRecord) => { readonly record: FieldReader; readonly filled: FieldReader } {
  const wanted = Object.entries(readers).filter(([name]) => names.has(name));
  return (stored) => {
    const record: Record<string, unknown> = {};
    for (const [name, read] of wanted) {
      const value = read(stored);
      if (value !== undefined) record[name] = value;
    }
    return { record, filled: { rejection: empty, payload: empty, ...record } };
  };
}
