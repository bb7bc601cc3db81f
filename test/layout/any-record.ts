import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/core/base/json.ts';
import { type Change, changeOps } from '../../src/core/fold/change.ts';
import { findClaimsProblem } from '../../src/core/log/claims.ts';
import type { LogRecord } from '../../src/core/log/record.ts';

/** Short text of any characters. */
const text = fc.string({ unit: 'binary', maxLength: 20 });
/** Any JSON value. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });

/** Optional fields are absent, not undefined. */
export function tight<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

const change = fc
  .record({
    op: fc.constantFrom(...changeOps),
    key: text,
    value: maybe(json),
    pending: maybe(fc.double({ min: 0.001, max: 1e6, noNaN: true })),
    owner: maybe(text),
    reducer: maybe(text),
    result: maybe(json),
  })
  .map((fields) => tight(fields) as Change);

const rejection = fc
  .record({
    code: text,
    reason: text,
    key: maybe(text),
    owner: maybe(fc.record({ id: text, position: fc.integer({ min: 1, max: 2 ** 52 }) })),
    seen: maybe(
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        fc.nat(),
      ) as fc.Arbitrary<JsonObject>,
    ),
  })
  .map((fields) => tight(fields) as NonNullable<LogRecord['rejection']>);

const hex = (units: number) =>
  fc.string({ unit: fc.constantFrom(...'123456789abcdef'), minLength: units, maxLength: units });
const traceparent = fc.tuple(hex(32), hex(16), hex(2)).map((parts) => ['00', ...parts].join('-'));

/** What a token says: also fields with the names of others that stand beside it. */
const claims = fc
  .dictionary(fc.oneof(text, fc.constantFrom('attachment', 'traceparent', 'key')), json, { minKeys: 1 })
  .filter((found) => findClaimsProblem(found) === undefined)
  .map((found) => JSON.parse(JSON.stringify(found)) as JsonObject);

/** Any record of a log, without its position. */
export const record: fc.Arbitrary<Omit<LogRecord, 'position'>> = fc
  .tuple(
    fc.record({
      id: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      type: fc.constant('some.type'),
      actor: maybe(text),
      payload: maybe(json),
      changes: fc.array(change, { maxLength: 5 }),
      expect: fc.array(fc.record({ key: text, version: fc.nat() }), { maxLength: 2 }),
      time: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      outcome: fc.constantFrom('committed' as const, 'rejected' as const),
      decided: fc.boolean(),
      rejection: maybe(rejection),
      compensates: maybe(fc.integer({ min: 1, max: 2 ** 52 })),
    }),
    fc.record({
      correlation: maybe(text),
      causation: maybe(text),
      traceparent: maybe(traceparent),
      claims: maybe(claims),
    }),
  )
  .map(([fields, links]) => ({ ...fields, ...tight(links) }) as Omit<LogRecord, 'position'>);
