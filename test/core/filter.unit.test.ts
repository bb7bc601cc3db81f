// Goal: a filter means the conjunction of its fields. Method: one record, each field true and false.
import { describe, expect, it } from 'vitest';
import { matches, type RecordFilter } from '../../src/core/log/filter.ts';
import { keysOf, type StoredRecord } from '../../src/core/log/record.ts';

const record: StoredRecord = {
  position: 5,
  id: 'r-5',
  type: 'order.place',
  time: 1000,
  outcome: 'rejected',
  decided: false,
  actor: undefined,
  payload: undefined,
  changes: [
    { op: 'claim', key: 'slot/1' },
    { op: 'add', key: 'stats', value: 1 },
  ],
  expect: [],
  rejection: { code: 'KEY_OWNED', reason: '', key: 'room/7' },
  compensates: undefined,
  digest: new Uint8Array(32),
};

describe('matching a record', () => {
  it.each<[RecordFilter, boolean]>([
    [{}, true],
    [{ types: ['order.place', 'x'] }, true],
    [{ types: [] }, false],
    [{ types: ['order'] }, false],
    [{ outcome: 'rejected' }, true],
    [{ outcome: 'committed' }, false],
    [{ key: 'slot/1' }, true],
    [{ key: 'room/7' }, true],
    [{ key: 'slot' }, false],
    [{ prefix: 'slot' }, true],
    [{ prefix: '' }, true],
    [{ prefix: 'slot/1/' }, false],
    [{ key: 'stats', prefix: 'slot' }, false],
    [{ since: 1000 }, true],
    [{ since: 1001 }, false],
    [{ until: 1001 }, true],
    [{ until: 1000 }, false],
    [{ from: 5, to: 5 }, true],
    [{ from: 6 }, false],
    [{ to: 4 }, false],
    [{ where: ({ id }) => id === 'r-5' }, true],
    [{ where: () => false }, false],
    [{ outcome: 'rejected', types: ['order.place'], key: 'stats', from: 1, until: 2000 }, true],
  ])('a filter of %j fits the record: %s', (filter, expected) => {
    expect(matches(filter, record)).toBe(expected);
  });

  it('finds a record by the keys of its changes and by the one that was refused', () => {
    expect([...keysOf(record)]).toEqual(['slot/1', 'stats', 'room/7']);
  });
});
