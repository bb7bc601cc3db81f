// Goal: a key without some of its transactions is exactly the fold of the others, however many are left out one after
// another, in whatever order, and whatever a dropped batch had staged. Method: random histories of every operation, and
// after each step a plain fold of what is left, from the beginning.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import { foldChanges, foldKey } from '../../src/core/fold/fold-record.ts';
import type { Kind, State } from '../../src/core/fold/state.ts';
import type { FoldedRecord } from '../../src/core/log/record.ts';
import type { HistorySource } from '../../src/view/history-source.ts';
import { KeyHistories } from '../../src/view/key-histories.ts';

const key = 'k';
const from = <T>(...values: T[]) => fc.constantFrom(...values);
const whole = fc.integer({ min: -9, max: 9 });
const fields = from<JsonValue>({ n: 1 }, { n: -2, m: 3 }, { m: 0.1 }, { n: 4, x: 0.7 });
const patches = from<JsonValue>(
  { a: 1 },
  { a: null },
  { b: { c: 1 } },
  { b: { c: null, d: [2] } },
  { b: 3 },
  { n: 5 },
  {},
  7,
);

const change = (op: Change['op'], value: fc.Arbitrary<JsonValue>) =>
  value.map((one): Change => ({ op, key, value: one }));
const gone = fc.constant<Change>({ op: 'delete', key });
const reduce = whole.map((value): Change => ({ op: 'reduce', key, reducer: 'max', value }));

/** Kinds of histories: what a key usually gets, and some of all. */
const mixes: readonly fc.Arbitrary<Change>[] = [
  change('add', whole),
  change('add', fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: from(0.1, 0.7, 4e15, -4e15, 9e15) })),
  change('add', fields),
  change('merge', patches),
  change('append', from<JsonValue>([1], ['a', 'b'], [])),
  fc.oneof(
    { weight: 9, arbitrary: change('add', whole) },
    { weight: 1, arbitrary: fc.oneof(change('set', whole), gone) },
  ),
  fc.oneof(change('merge', patches), change('add', fields), { weight: 1, arbitrary: gone }),
  fc.oneof({ weight: 5, arbitrary: reduce }, { weight: 1, arbitrary: change('set', whole) }),
  fc.oneof(change('set', fc.oneof(whole, patches)), change('merge', patches), change('add', fields), gone, reduce),
];

/** The log of one key, and a batch above it. */
class Log implements HistorySource {
  token: object = {};
  basePosition = 0;
  reads = 0;
  readonly records: FoldedRecord[] = [];

  add(changes: readonly Change[], compensates?: number): void {
    const position = this.records.length + 1;
    const outcome = 'committed' as const;
    this.records.push({
      position,
      id: `t${position}`,
      type: 't',
      time: 0,
      outcome,
      changes,
      compensates,
      rejection: undefined,
    });
  }

  /** The batch is in the log now, or never was. */
  end(isKept: boolean): void {
    if (isKept) this.basePosition = this.records.length;
    this.records.length = this.basePosition;
    this.token = {};
  }

  *applied(_: string, first: number): Generator<number> {
    for (let position = first; position <= this.records.length; position++) yield position;
  }

  folded(position: number): FoldedRecord | undefined {
    this.reads += 1;
    return this.records[position - 1];
  }

  idAt(position: number): string {
    return this.records[position - 1]?.id ?? '';
  }
}

const reducer = (_type: string, { value }: Change, before: JsonValue | undefined): JsonValue =>
  Math.max(typeof before === 'number' ? before : -100, value as number);

function plainly(kind: Kind, records: readonly FoldedRecord[], log: Log, reduceFrom = Number.POSITIVE_INFINITY) {
  const { state, refused } = foldKey(key, records, {
    idAt: (position) => log.idAt(position),
    reduceAgain: ({ position, type }, one, value) => (position < reduceFrom ? one.result : reducer(type, one, value)),
  });
  const { exists = false, value, owner } = state ?? { kind };
  return refused ? { refused } : { exists, value: exists ? JSON.stringify(value) : undefined, owner };
}

/** The fold without `target` and all that was withdrawn, as the definition has it. */
function expected(kind: Kind, log: Log, target: number) {
  const withdrawn = new Set([target]);
  for (const { compensates, position } of log.records)
    if (compensates !== undefined) withdrawn.add(compensates).add(position);
  const ids = new Set([...withdrawn].map((position) => log.idAt(position)));
  const left = log.records
    .filter(({ position }) => !withdrawn.has(position))
    .map((record) => ({ ...record, changes: record.changes.filter(({ owner }) => !ids.has(owner ?? '')) }));
  return plainly(kind, left, log, Math.min(...withdrawn));
}

/** Adds what can be applied to the state as it is; reducers get their logged result. */
class Writer {
  readonly log = new Log();
  private state: State | undefined;

  add(changes: readonly Change[]): void {
    const position = this.log.records.length + 1;
    const value = this.state?.exists ? this.state.value : undefined;
    const owner = this.state?.owner === undefined ? 'none' : this.log.idAt(this.state.owner);
    const filled = changes.map((one): Change => {
      if (one.op === 'reduce') return { ...one, result: reducer('', one, value) };
      return one.owner === 'current' ? { ...one, owner } : one;
    });
    const context = { position, time: 0, idAt: (at: number) => (at === position ? `t${at}` : this.log.idAt(at)) };
    const folded = foldChanges(filled, () => this.state, context);
    if (!folded.ok) return;
    this.log.add(filled);
    this.state = folded.after.get(key);
  }
}

/** Undoes transactions one after another, in batches that are kept or dropped, and compares each time. */
function undo(kind: Kind, log: Log, steps: readonly Step[]): void {
  const histories = new KeyHistories();
  for (const { which, ends } of steps) {
    const target = 1 + (which % log.records.length);
    const compensated = new Set(log.records.map(({ compensates }) => compensates));
    if (compensated.has(target) || log.records[target - 1]?.compensates !== undefined) continue;
    const { state, refused } = histories.use({ key, kind }, log, (history) => history.without(log, target, reducer));
    const found = refused
      ? { refused }
      : { exists: state.exists, value: state.exists ? JSON.stringify(state.value) : undefined, owner: state.owner };
    expect(found).toEqual(expected(kind, log, target));
    const { exists, value, owner } = state;
    const result = exists ? { exists, value, ...given({ owner }) } : { exists };
    if (!refused) log.add([{ op: 'restore', key, result: result as unknown as JsonValue }], target);
    if (ends !== 'goes on') log.end(ends === 'kept');
  }
}

interface Step {
  readonly which: number;
  readonly ends: 'kept' | 'dropped' | 'goes on';
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ which: fc.nat(5_000), ends: from<Step['ends']>('kept', 'kept', 'dropped', 'goes on') }),
  { minLength: 1, maxLength: 8 },
);

/** Logs of changes of a mix: the same few again and again, so that they are long. */
function logs(mix: fc.Arbitrary<Change>): fc.Arbitrary<Log> {
  const few = fc.array(fc.array(mix, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 12 });
  return fc.tuple(few, fc.nat(40)).map(([each, times]) => {
    const writer = new Writer();
    for (let i = 0; i <= times; i++) for (const changes of each) writer.add(changes);
    writer.log.end(true);
    return writer.log;
  });
}

const ofOwner = from<Change>(
  { op: 'claim', key, value: 1 },
  { op: 'claim', key, value: 2 },
  { op: 'release', key, owner: 'current' },
  { op: 'replace', key, owner: 'current', value: 3 },
  { op: 'confirm', key, owner: 'current' },
  { op: 'expire', key },
);

describe('the history of a key', () => {
  const options = { numRuns: 40, seed: 7 };

  it.each(mixes.map((mix, i) => [i, mix] as const))(
    'shared, without some of it, is the fold of the rest (mix %i)',
    (_, mix) => {
      fc.assert(
        fc.property(logs(mix), steps, (log, some) => {
          if (log.records.length > 0) undo('shared', log, some);
        }),
        options,
      );
    },
  );

  it('with an owner, without some of it, is the fold of the rest', () => {
    fc.assert(
      fc.property(logs(ofOwner), steps, (log, some) => {
        if (log.records.length > 0) undo('dedicated', log, some);
      }),
      options,
    );
  });

  it.each([
    ['sums', (i: number): Change => ({ op: 'add', key, value: i })],
    ['fractions', (i: number): Change => ({ op: 'add', key, value: i / 7 })],
    ['totals of an object', (i: number): Change => ({ op: 'add', key, value: { count: 1, sum: i } })],
    ['values', (i: number): Change => ({ op: 'set', key, value: `v${i}` })],
    ['patches', (i: number): Change => ({ op: 'merge', key, value: { [`f${i % 50}`]: i } })],
    ['owners', (i: number): Change => (i % 2 ? { op: 'release', key, owner: 'current' } : { op: 'claim', key })],
    ['the greatest of all', (i: number): Change => ({ op: 'reduce', key, reducer: 'max', value: i % 1_000 })],
  ])('of %s is read once, however many are undone', (_, changeOf) => {
    const writer = new Writer();
    for (let i = 0; i < 8_000; i++) writer.add([changeOf(i)]);
    const { log } = writer;
    log.end(true);
    const histories = new KeyHistories();
    const kind = changeOf(0).op === 'claim' ? 'dedicated' : 'shared';
    let undone = 0;
    // Newest first, as a filter selects them.
    for (let target = 7_951; target > 0; target -= 50) {
      const { state, refused } = histories.use({ key, kind }, log, (history) => history.without(log, target, reducer));
      if (refused) continue;
      undone += 1;
      log.add([{ op: 'restore', key, result: { exists: state.exists, value: state.value ?? null } }], target);
      if (undone % 50 === 0) log.end(true);
    }
    expect(undone).toBeGreaterThan(100);
    // Each once, and the leaf of each that is left out a few times more.
    expect(log.reads).toBeLessThan(8_000 * 4);
  });
});
