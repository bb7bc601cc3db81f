import fc from 'fast-check';
import { given } from '../../src/core/base/given.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Expectation } from '../../src/core/log/record.ts';
import type { Fault } from '../sim/faulty-storage.ts';
import type { Model, ModelRequest } from './model.ts';

/** A request before it is known what the log holds: owners and versions may be those that are current then. */
export interface Template {
  readonly type: string;
  readonly actor?: string;
  readonly payload?: JsonValue;
  readonly changes?: readonly (Omit<Change, 'owner'> & { readonly owner?: Reference })[];
  readonly expect?: readonly (Omit<Expectation, 'owner' | 'version'> & {
    readonly owner?: Reference;
    readonly version?: Reference;
  })[];
}

/** What is current, the request itself, or the nth. */
type Reference = 'current' | 'self' | number;

export type Action =
  | { readonly do: 'submit'; readonly who: number; readonly request: Template }
  | { readonly do: 'batch'; readonly who: number; readonly requests: readonly Template[]; readonly atomic: boolean }
  | { readonly do: 'race'; readonly requests: readonly (readonly [number, Template])[] }
  | { readonly do: 'overtake'; readonly who: number; readonly request: Template; readonly first: Template }
  | { readonly do: 'interrupt'; readonly who: number; readonly request: Template; readonly idle: boolean }
  | { readonly do: 'preview' | 'resubmit' | 'conflict' | 'compensate'; readonly who: number; readonly which: number }
  | { readonly do: 'fault'; readonly who: number; readonly n: number; readonly fault: Fault }
  | { readonly do: 'idle' | 'reopen' | 'crash' | 'rebuild'; readonly who: number }
  | { readonly do: 'wait'; readonly ms: number };

const from = <T>(...values: T[]) => fc.constantFrom(...values);

/** Few keys, so that requests meet; each has the kind that its letter says, unless a change gets it wrong. */
export const keys = ['d/0', 'd/1', 'd/é', 'n/0', 'n/1', 'o/0', 'l/0', 'x/0', 'x/1'];
const dedicated = from('d/0', 'd/1', 'd/é');
const numbers = from('n/0', 'n/1');
const shared = from('n/0', 'o/0', 'l/0', 'x/0', 'x/1');
const reference: fc.Arbitrary<Reference> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('current' as const) },
  { weight: 1, arbitrary: fc.constant('self' as const) },
  { weight: 1, arbitrary: fc.nat(5) },
);
const small = fc.integer({ min: -3, max: 9 });
const value: fc.Arbitrary<JsonValue> = from<JsonValue>(null, 0, 7, 'text', [1], ['é', {}], { a: 1 }, { a: { b: 2 } });
const patch: fc.Arbitrary<JsonValue> = from<JsonValue>({ a: 2 }, { a: null, c: 1 }, { a: { b: null, d: 4 } }, 'whole');

const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('claim'), key: dedicated, value }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('claim'), key: dedicated, pending: from(1, 3) }) },
  { weight: 4, arbitrary: fc.record({ op: from('release', 'confirm'), key: dedicated, owner: reference }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('replace'), key: dedicated, owner: reference, value }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('add'), key: numbers, value: small }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('add'), key: numbers, value: from(0.1, 0.7, 1e15, -9e15, 9e15) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('add'),
      key: fc.constant('o/0'),
      value: from<JsonValue>({ a: 1 }, { b: 2, toString: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('merge'), key: from('o/0', 'x/0'), value: patch }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('append'),
      key: fc.constant('l/0'),
      value: from<JsonValue>([1], ['a', 'b']),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('set'), key: shared, value }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete'), key: shared }) },
  {
    weight: 1,
    arbitrary: fc
      .record({ op: from('set', 'claim', 'delete'), key: from(...keys), value: fc.constant(1) })
      .map(({ op, ...rest }) => (op === 'delete' ? { op, key: rest.key } : { op, ...rest })),
  },
) as fc.Arbitrary<NonNullable<Template['changes']>[number]>;

const reduce = fc.record({
  op: fc.constant('reduce' as const),
  key: from('x/1', 'x/0', 'n/1'),
  reducer: fc.oneof(
    { weight: 9, arbitrary: from('max', 'join', 'gone') },
    { weight: 1, arbitrary: fc.constant('none') },
  ),
  value: small,
});

const expectation = fc.oneof(
  fc.record({ key: from(...keys), exists: fc.boolean() }),
  fc.record({ key: from(...keys), version: reference }),
  fc.record({ key: dedicated, owner: reference }),
) as fc.Arbitrary<NonNullable<Template['expect']>[number]>;

const expect = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(expectation, { minLength: 1, maxLength: 2 }) },
);

/** One request of any kind. */
export const request: fc.Arbitrary<Template> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: from('t', 'u', 'custom'), changes: fc.array(change, { maxLength: 3 }), expect }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('score'),
      changes: fc.array(fc.oneof(reduce, change), { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('transfer'),
      payload: fc.record({ from: numbers, to: numbers, amount: from(1, 2, 5) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('take'), payload: fc.record({ key: dedicated }), expect }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('guarded'),
      actor: from('root', 'guest'),
      changes: fc.array(change, { maxLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'boom' }) },
) as fc.Arbitrary<Template>;

const who = fc.nat(2);
const which = fc.nat(30);

/**
 * One thing that happens to an environment with several handles. `faults` makes writes fail and processes die;
 * `rebuilds` makes new generations.
 */
export function action({ faults = false, rebuilds = false }): fc.Arbitrary<Action> {
  const usual: fc.WeightedArbitrary<Action>[] = [
    { weight: 12, arbitrary: fc.record({ do: fc.constant('submit'), who, request }) as fc.Arbitrary<Action> },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('batch'),
        who,
        requests: fc.array(request, { minLength: 1, maxLength: 5 }),
        atomic: fc.boolean(),
      }) as fc.Arbitrary<Action>,
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('race'),
        requests: fc.array(fc.tuple(who, request), { minLength: 2, maxLength: 6 }),
      }) as fc.Arbitrary<Action>,
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('overtake'), who, request, first: request }) as fc.Arbitrary<Action>,
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('interrupt'),
        who,
        request,
        idle: fc.boolean(),
      }) as fc.Arbitrary<Action>,
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('compensate'), who, which }) as fc.Arbitrary<Action> },
    {
      weight: 3,
      arbitrary: fc.record({ do: from('preview', 'resubmit', 'conflict'), who, which }) as fc.Arbitrary<Action>,
    },
    { weight: 3, arbitrary: fc.record({ do: from('idle', 'idle', 'reopen', 'crash'), who }) as fc.Arbitrary<Action> },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('wait'), ms: from(1, 500, 1000, 3000) }) as fc.Arbitrary<Action>,
    },
  ];
  const fault = fc.record({
    do: fc.constant('fault'),
    who,
    n: fc.integer({ min: 1, max: 6 }),
    fault: from<Fault>('fail-before', 'fail-after', 'die-before', 'die-after'),
  }) as fc.Arbitrary<Action>;
  const rebuild = fc.record({ do: fc.constant('rebuild'), who }) as fc.Arbitrary<Action>;
  return fc.oneof(
    ...usual,
    ...(faults ? [{ weight: 4, arbitrary: fault }] : []),
    ...(rebuilds ? [{ weight: 3, arbitrary: rebuild }] : []),
  );
}

/** The request that a template means now. */
export function fillIn(template: Template, id: string, model: Model): ModelRequest {
  const owner = (key: string, reference: Reference): string => {
    if (reference === 'self') return id;
    if (reference !== 'current') return `r${reference}`;
    const position = model.stateAt(key)?.owner;
    return position === undefined ? 'r0' : (model.records[position - 1]?.request.id ?? 'r0');
  };
  const version = (key: string, reference: Reference): number =>
    typeof reference === 'number' ? reference : (model.stateAt(key)?.version ?? 0);
  const changes = template.changes?.map(({ owner: named, ...rest }) =>
    named === undefined ? rest : { ...rest, owner: owner(rest.key, named) },
  );
  const expected = template.expect?.map(({ owner: named, version: counted, ...rest }) => ({
    ...rest,
    ...(named !== undefined && { owner: owner(rest.key, named) }),
    ...(counted !== undefined && { version: version(rest.key, counted) }),
  }));
  const { type, actor, payload } = template;
  return {
    id,
    type,
    ...given({ actor }),
    ...given({ payload }),
    ...(changes && { changes }),
    ...(expected && expected.length > 0 && { expect: expected }),
  };
}
