// Goal: a transaction is all or nothing, counts once per key, and folds again without others. Method: small logs by hand.
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/fold/change.ts';
import { foldChanges, foldKey } from '../../src/core/fold/fold-record.ts';
import type { State } from '../../src/core/fold/state.ts';

const context = { position: 4, time: 0, idAt: (position: number) => `t-${position}` };

function fold(changes: Change[], states: Record<string, State> = {}) {
  return foldChanges(changes, (key) => states[key], context);
}

describe('foldChanges', () => {
  it('applies several changes to one key in order and counts one version', () => {
    const folded = fold([
      { op: 'set', key: 'a', value: [1] },
      { op: 'append', key: 'a', value: [2] },
      { op: 'add', key: 'n', value: 1 },
      { op: 'add', key: 'n', value: 1 },
    ]);
    if (!folded.ok) throw new Error('refused');
    expect(folded.after.get('a')).toMatchObject({ value: [1, 2], version: 1 });
    expect(folded.after.get('n')).toMatchObject({ value: 2, version: 1 });
  });

  it('lets a transaction release a key and claim it anew', () => {
    const before = fold([{ op: 'claim', key: 'k', value: 1 }]);
    if (!before.ok) throw new Error('refused');
    const after = foldChanges(
      [
        { op: 'release', key: 'k', owner: 't-4' },
        { op: 'claim', key: 'k', value: 2 },
      ],
      (key) => before.after.get(key),
      { ...context, position: 5 },
    );
    if (!after.ok) throw new Error('refused');
    expect(after.after.get('k')).toMatchObject({ owner: 5, value: 2, version: 2 });
  });

  it('gives no state of any key when one change is refused', () => {
    const folded = fold([
      { op: 'set', key: 'a', value: 1 },
      { op: 'append', key: 'a', value: [1] },
      { op: 'set', key: 'b', value: 1 },
    ]);
    expect(folded).toMatchObject({ ok: false, rejection: { code: 'VALUE_MISMATCH', key: 'a' } });
    expect(folded).not.toHaveProperty('after');
  });

  it('leaves untouched keys out', () => {
    const folded = fold([]);
    expect(folded.ok && folded.after.size).toBe(0);
  });
});

describe('foldKey', () => {
  const log = [
    { position: 1, time: 0, changes: [{ op: 'set', key: 'k', value: ['a'] }] },
    {
      position: 2,
      time: 0,
      changes: [
        { op: 'append', key: 'k', value: ['b'] },
        { op: 'set', key: 'x', value: 1 },
      ],
    },
    { position: 5, time: 0, changes: [{ op: 'append', key: 'k', value: ['c'] }] },
  ] satisfies { position: number; time: number; changes: Change[] }[];

  it('folds only the changes of its key', () => {
    expect(foldKey('k', log, context).state).toMatchObject({ value: ['a', 'b', 'c'], version: 3, position: 5 });
    expect(foldKey('x', log, context).state).toMatchObject({ value: 1, version: 1, position: 2 });
    expect(foldKey('none', log, context).state).toBeUndefined();
  });

  it('leaves out what it is not given', () => {
    const without = log.filter(({ position }) => position !== 2);
    expect(foldKey('k', without, context).state).toMatchObject({ value: ['a', 'c'], version: 2 });
  });

  it('names the first transaction that could not have been applied', () => {
    const claims = [
      { position: 1, time: 0, changes: [{ op: 'claim', key: 'c' }] },
      { position: 2, time: 0, changes: [{ op: 'release', key: 'c', owner: 't-1' }] },
      { position: 3, time: 0, changes: [{ op: 'claim', key: 'c' }] },
    ] satisfies { position: number; time: number; changes: Change[] }[];
    const folded = foldKey('c', claims.slice(1), context);
    expect(folded.refused).toMatchObject({ position: 2, rejection: { code: 'NOT_OWNER' } });
  });

  it('runs reducers again only when it is told how', () => {
    const reduced = [
      { position: 1, time: 0, changes: [{ op: 'reduce', key: 'r', reducer: 'sum', value: 2, result: 7 }] },
    ] satisfies { position: number; time: number; changes: Change[] }[];
    expect(foldKey('r', reduced, context).state?.value).toBe(7);
    const again = foldKey('r', reduced, {
      ...context,
      reduceAgain: (_, change, value) => ((value as number | undefined) ?? 0) + (change.value as number),
    });
    expect(again.state?.value).toBe(2);
  });
});
