// Goal: every operation means what the design says. Method: one change on one state, by table; no engine around it.
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/base/json.ts';
import { type Change, kindOfOp } from '../../src/core/fold/change.ts';
import { applyChange, ownerOf } from '../../src/core/fold/fold.ts';
import { isExpired, type State, untouched } from '../../src/core/fold/state.ts';

const context = { position: 9, time: 1_000_000, idAt: (position: number) => `t-${position}` };
const key = 'k';

function shared(value?: JsonValue): State {
  const state = untouched(key, 'shared');
  return value === undefined ? state : { ...state, exists: true, value, version: 1, position: 3 };
}

function owned(more: Partial<State> = {}): State {
  return { ...untouched(key, 'dedicated'), exists: true, value: 'v', version: 1, position: 3, owner: 3, ...more };
}

function apply(before: State | undefined, change: Omit<Change, 'key'>): State {
  const folded = applyChange(before, { change: { key, ...change } }, context);
  if (!folded.ok) throw new Error(`refused: ${folded.rejection.code} ${folded.rejection.reason}`);
  return folded.state;
}

function refusal(before: State | undefined, change: Omit<Change, 'key'>) {
  const folded = applyChange(before, { change: { key, ...change } }, context);
  return folded.ok ? undefined : folded.rejection;
}

describe('shared keys', () => {
  it.each<[string, JsonValue | undefined, Omit<Change, 'key'>, JsonValue]>([
    ['set replaces', { a: 1 }, { op: 'set', value: [2] }, [2]],
    ['set takes null for a value', 1, { op: 'set', value: null }, null],
    [
      'merge merges by key',
      { a: 1, b: { c: 2 } },
      { op: 'merge', value: { b: { d: 3 } } },
      { a: 1, b: { c: 2, d: 3 } },
    ],
    ['merge starts from nothing', undefined, { op: 'merge', value: { a: 1, b: null } }, { a: 1 }],
    ['merge replaces what is no object', [1], { op: 'merge', value: { a: 1 } }, { a: 1 }],
    ['add counts from 0', undefined, { op: 'add', value: 5 }, 5],
    ['add adds', 2.5, { op: 'add', value: -1 }, 1.5],
    ['add gives plain zero', 3, { op: 'add', value: -3 }, 0],
    ['add adds by field', { a: 1, x: 'text' }, { op: 'add', value: { a: 1, b: 2 } }, { a: 2, b: 2, x: 'text' }],
    [
      'add takes any field name',
      undefined,
      { op: 'add', value: { toString: 1, valueOf: 2 } },
      { toString: 1, valueOf: 2 },
    ],
    ['add reaches 2^53 - 1', 9007199254740990, { op: 'add', value: 1 }, 9007199254740991],
    ['append starts a list', undefined, { op: 'append', value: [1, 2] }, [1, 2]],
    ['append appends', ['a'], { op: 'append', value: [['b']] }, ['a', ['b']]],
    ['reduce takes the logged result', 4, { op: 'reduce', reducer: 'max', value: 9, result: 9 }, 9],
    ['restore puts a value back', 4, { op: 'restore', result: { exists: true, value: 1 } }, 1],
  ])('%s', (_, before, change, after) => {
    const state = apply(before === undefined ? undefined : shared(before), change);
    expect(state).toMatchObject({ kind: 'shared', exists: true, value: after, position: 9 });
  });

  it.each<[string, Omit<Change, 'key'>]>([
    ['delete', { op: 'delete' }],
    ['a reduce without a result', { op: 'reduce', reducer: 'none' }],
    ['a restore of nothing', { op: 'restore', result: { exists: false } }],
  ])('have no value but their history after %s', (_, change) => {
    expect(apply(shared(1), change)).toMatchObject({ exists: false, value: undefined, kind: 'shared', position: 9 });
  });

  it.each<[string, JsonValue, Omit<Change, 'key'>, string]>([
    ['add on text', 'a', { op: 'add', value: 1 }, 'VALUE_MISMATCH'],
    ['add on an object', { a: 1 }, { op: 'add', value: 1 }, 'VALUE_MISMATCH'],
    ['add of fields on a number', 1, { op: 'add', value: { a: 1 } }, 'VALUE_MISMATCH'],
    ['add of fields on a list', [], { op: 'add', value: { a: 1 } }, 'VALUE_MISMATCH'],
    ['add on a field that is text', { a: 'x' }, { op: 'add', value: { a: 1 } }, 'VALUE_MISMATCH'],
    ['add past 2^53', 9007199254740991, { op: 'add', value: 1 }, 'NUMBER_INEXACT'],
    ['add below -2^53', -9007199254740991, { op: 'add', value: -1 }, 'NUMBER_INEXACT'],
    ['add past 2^53 in a field', { a: 9007199254740991 }, { op: 'add', value: { a: 1 } }, 'NUMBER_INEXACT'],
    ['append to an object', {}, { op: 'append', value: [1] }, 'VALUE_MISMATCH'],
    ['append to null', null, { op: 'append', value: [1] }, 'VALUE_MISMATCH'],
    ['append past 1 MiB', ['x'.repeat(1024 * 1024 - 10)], { op: 'append', value: ['123456789'] }, 'VALUE_OVERSIZED'],
    [
      'merge past 1 MiB',
      { a: 'x'.repeat(1024 * 1024 - 20) },
      { op: 'merge', value: { b: '0123456789' } },
      'VALUE_OVERSIZED',
    ],
    ['claim', 1, { op: 'claim', value: 1 }, 'KIND_MISMATCH'],
    ['release', 1, { op: 'release', owner: 'x' }, 'KIND_MISMATCH'],
  ])('%s is refused', (_, before, change, code) => {
    expect(refusal(shared(before), change)).toMatchObject({ code, key });
  });

  it('are folded without a change to the value before', () => {
    const before = { list: [1], object: { a: 1 }, n: { x: 1 } };
    for (const [name, change] of [
      ['list', { op: 'append', value: [2] }],
      ['object', { op: 'merge', value: { a: 2, b: 1 } }],
      ['n', { op: 'add', value: { x: 1 } }],
    ] as const) {
      const state = shared(before[name]);
      apply(state, change as Omit<Change, 'key'>);
      expect(state.value).toEqual({ list: [1], object: { a: 1 }, n: { x: 1 } }[name]);
    }
  });
});

describe('dedicated keys', () => {
  it('are claimed by the first, with null for no value', () => {
    expect(apply(undefined, { op: 'claim', value: { a: 1 } })).toMatchObject({
      kind: 'dedicated',
      exists: true,
      value: { a: 1 },
      owner: 9,
      pendingUntil: undefined,
    });
    expect(apply(undefined, { op: 'claim' }).value).toBeNull();
  });

  it('refuse a second claim, naming the owner', () => {
    expect(refusal(owned(), { op: 'claim' })).toMatchObject({
      code: 'KEY_OWNED',
      key,
      owner: { id: 't-3', position: 3 },
    });
  });

  it('may be claimed again after a release', () => {
    const free = apply(owned(), { op: 'release', owner: 't-3' });
    expect(free).toMatchObject({ exists: false, value: undefined, owner: undefined });
    expect(apply(free, { op: 'claim', value: 2 })).toMatchObject({ exists: true, owner: 9, value: 2 });
  });

  it.each<[string, Omit<Change, 'key'>]>([
    ['release', { op: 'release', owner: 'other' }],
    ['replace', { op: 'replace', owner: 'other', value: 1 }],
    ['confirm', { op: 'confirm', owner: 'other' }],
  ])('refuse %s by another, owned or not', (_, change) => {
    expect(refusal(owned(), change)).toMatchObject({ code: 'NOT_OWNER', key, owner: { id: 't-3' } });
    expect(refusal(undefined, change)).toMatchObject({ code: 'NOT_OWNER', key });
    expect(refusal(undefined, change)?.owner).toBeUndefined();
  });

  it('keep owner and reservation through replace, and lose only the reservation through confirm', () => {
    const pending = apply(undefined, { op: 'claim', value: 1, pending: 1.5 });
    expect(pending.pendingUntil).toBe(1_001_500);
    expect(apply(pending, { op: 'replace', owner: 't-9', value: 2 })).toMatchObject({
      value: 2,
      owner: 9,
      pendingUntil: 1_001_500,
    });
    expect(apply(pending, { op: 'confirm', owner: 't-9' })).toMatchObject({
      value: 1,
      owner: 9,
      pendingUntil: undefined,
    });
  });

  it('run out at the very end of a reservation, not before', () => {
    const pending = owned({ pendingUntil: 5_000 });
    expect([isExpired(pending, 4_999), isExpired(pending, 5_000), isExpired(owned(), 1e15)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(apply(pending, { op: 'expire' })).toMatchObject({
      exists: false,
      owner: undefined,
      pendingUntil: undefined,
    });
  });

  it('are put back as they were by a restore', () => {
    const result = { exists: true, value: 'old', owner: 2, pendingUntil: 7_000 };
    expect(apply(owned(), { op: 'restore', result })).toMatchObject({ value: 'old', owner: 2, pendingUntil: 7_000 });
    expect(apply(owned(), { op: 'restore', result: { exists: false } })).toMatchObject({
      exists: false,
      owner: undefined,
    });
  });

  it.each(['set', 'merge', 'add', 'append', 'delete', 'reduce'] as const)('refuse %s', (op) => {
    expect(refusal(owned(), { op, value: 1 })).toMatchObject({ code: 'KIND_MISMATCH', key });
    expect(kindOfOp(op)).toBe('shared');
  });

  it('name their owner only while they are owned', () => {
    expect(ownerOf(owned(), context)).toEqual({ id: 't-3', position: 3 });
    expect(ownerOf(owned({ exists: false }), context)).toBeUndefined();
  });
});

describe('the mask of operations', () => {
  it('tells small whole addends from those whose sums may be rounded', () => {
    const mask = (value: JsonValue) => apply(undefined, { op: 'add', value }).ops;
    expect(mask(1)).toBe(mask(-8_000_000));
    for (const odd of [0.5, 2 ** 40, -(2 ** 40)]) expect(mask(odd)).not.toBe(mask(1));
    const both = apply(apply(undefined, { op: 'add', value: 0.5 }), { op: 'add', value: 1 });
    expect(both.ops).toBe(mask(0.5));
  });
});
