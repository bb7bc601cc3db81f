// Goal: what is selected is a thing, not a place: rows that come, go and change places move it along. Method: pure
// functions on lists.
import { expect, it } from 'vitest';
import { freshList, type Identified, moveBy, moveTo, selectedIndex, settle } from '../../src/tui/list/list-state.ts';
import { parseFilter } from '../../src/tui/list/row-filter.ts';
import { sessionFields, stuckFields } from '../../src/tui/parts/row-fields.ts';
import { now, session, stuck } from './example.ts';

const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const room = (rows: readonly Identified[]) => ({ rows, height: 10 });

it('the selection stays on its row when rows come before it, and when they change places', () => {
  const list = moveTo(freshList, room(rows('a', 'b', 'c')), 1);
  expect(settle(list, rows('x', 'y', 'a', 'b', 'c'), 10)).toMatchObject({ id: 'b', index: 3 });
  expect(settle(list, rows('c', 'b', 'a'), 10)).toMatchObject({ id: 'b', index: 1 });
});

it('the selection goes to the row that came into the place of one that is gone', () => {
  const list = moveTo(freshList, room(rows('a', 'b', 'c')), 1);
  expect(settle(list, rows('a', 'c'), 10)).toMatchObject({ id: 'c', index: 1 });
  expect(settle(list, rows('a'), 10)).toMatchObject({ id: 'a', index: 0 });
  expect(selectedIndex(list, [])).toBe(-1);
});

it('a list keeps its selected row in sight, and shows no room below the last row', () => {
  const many = rows(...Array.from({ length: 100 }, (_, i) => `r${i}`));
  const list = moveTo(freshList, room(many), 50);
  expect(list).toMatchObject({ index: 50, top: 41 });
  expect(moveBy(list, room(many), -20)).toMatchObject({ index: 30, top: 30 });
  expect(moveTo(list, room(many), 1_000)).toMatchObject({ index: 99, top: 90 });
  expect(settle({ ...list, top: 95 }, many.slice(0, 60), 10).top).toBe(50);
});

it('the selection passes over titles, in either direction', () => {
  const titled = [{ id: 't', isTitle: true }, { id: 'a' }, { id: 'u', isTitle: true }, { id: 'b' }];
  const first = settle(freshList, titled, 10);
  expect(first.id).toBe('a');
  const second = moveBy(first, room(titled), 1);
  expect(second.id).toBe('b');
  expect(moveBy(second, room(titled), -1).id).toBe('a');
  expect(moveBy(first, room(titled), -1).id).toBe('a');
});

it('the selection stays at the end while rows come, until somebody moves', () => {
  const end = settle({ ...freshList, isAtEnd: true }, rows('a', 'b'), 10);
  expect(settle(end, rows('a', 'b', 'c'), 10).id).toBe('c');
  expect(settle(moveBy(end, room(rows('a', 'b')), -1), rows('a', 'b', 'c'), 10).id).toBe('a');
});

it.each([
  ['', true],
  ['MAIL', true],
  ['nowhere', false],
  ['!nowhere', true],
  ['!mail', false],
  ['reason:parked', true],
  ['reason:late', false],
  ['stuck>5m', true],
  ['stuck>2h', false],
  ['stuck<15m', true],
  ['attempts:3', true],
  ['attempts>3', false],
  ['mail stuck>5m !reason:late', true],
  ['stuck>soon', false],
  ['unknown:x', false],
])('the filter %j shows the session: %s', (text, passes) => {
  expect(parseFilter(text).passes({ id: 'mail/7', reason: 'parked', stuck: 14 * 60_000, attempts: 3 })).toBe(passes);
});

it('a filter finds a session by the same fields in every list', () => {
  const more = { order: 'sku-91', operator: 'w3', error: 'no route to host', attempts: 3 } as const;
  const inQueue = sessionFields(session('s-7f2c', more), now);
  const inStuck = stuckFields(stuck('s-7f2c', 'dead', more), now);
  expect(Object.keys(inStuck)).toEqual(expect.arrayContaining(Object.keys(inQueue)));
  const words = [
    'id:7f2c',
    'theme:mail',
    'status:parked',
    'order:sku',
    'owner:w3',
    'error:route',
    'stuck>5m',
    'since>5m',
  ];
  for (const word of [...words, 'attempts:3', '!owner:w4', '!stuck>2h'])
    for (const fields of [inQueue, inStuck]) expect([word, parseFilter(word).passes(fields)]).toEqual([word, true]);
});

it('a filter looks for a text in what is shown, not in the milliseconds of a span, nor in what all rows share', () => {
  const fields = sessionFields(session('s-1', { since: now - 814_000 }), now);
  expect(parseFilter('814').passes(fields)).toBe(false);
  expect(parseFilter('mail').passes(fields)).toBe(true);
  expect(parseFilter('mail', ['theme']).passes(fields)).toBe(false);
  expect(parseFilter('theme:mail', ['theme']).passes(fields)).toBe(true);
});
