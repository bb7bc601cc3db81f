// Goal: a list of a million rows is walked from end to end, up and down, while only a part of it is held; it is filtered,
// and marked, where it is read. Method: the reducer, beside a reader of a list that is computed, not stored; and the
// readers of the real lists on an environment in memory.
import { expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { openEnvironment, type SessionReading } from '../../src/index.ts';
import { screenOf } from '../../src/tui/app/screen-of.ts';
import { type AppState, type ScreenEffect, shownCrumb, wantKey } from '../../src/tui/model/app-state.ts';
import type { Want } from '../../src/tui/model/places.ts';
import { load, readMarks } from '../../src/tui/source/load-want.ts';
import { LogTail } from '../../src/tui/source/log-tail.ts';
import { type Readable, readPart } from '../../src/tui/source/read-part.ts';
import { overview, Person, queue, session, stuck } from './example.ts';

const total = 1_000_000;
const never = new AbortController().signal;
const name = (i: number) => `s-${String(i).padStart(7, '0')}`;
const at = (i: number) => session(name(i), { status: 'ready' });
let read = 0;

/** A queue of a million sessions. */
const million: Readable<SessionReading> = async function* ({ after, reverse, limit = total }) {
  const begin = after === undefined ? (reverse ? total : -1) : Number(after.id.slice(2));
  for (let n = 1; n <= limit; n++) {
    const i = reverse ? begin - n : begin + n;
    if (i < 0 || i >= total) return;
    read += 1;
    yield at(i);
  }
};

/** Reads what the screen wants, as long as it wants anything. */
async function serve(ana: Person): Promise<Person> {
  const crumb = shownCrumb(ana.state);
  const [want] = screenOf(crumb.place).wants(ana.state, crumb);
  if (want?.want !== 'queue' || ana.state.loaded.has(wantKey(want))) return ana;
  const part = await readPart(million, { around: want.around, passes: undefined, signal: never });
  return ana.load(want, part);
}

const selected = ({ state }: { state: AppState }) => shownCrumb(state).list.id;
const atQueue = () =>
  new Person().see(overview({ needs: [], queues: [queue('mail', { ready: total })] })).press('enter');

it('a list of a million rows is walked to its end and back, and a part of it is held', async () => {
  const ana = await serve(atQueue());
  expect(selected(ana)).toBe(name(0));
  expect(selected(await serve(ana.press('G')))).toBe(name(total - 1));
  expect(selected(await serve(ana.press('up', 'up')))).toBe(name(total - 3));
  expect(selected(await serve(ana.press('g')))).toBe(name(0));
  expect(read).toBeLessThan(4 * limits.screenRows);
});

it('a long list is walked row by row and page by page over the edges of what is held, and loses none', async () => {
  const ana = await serve(atQueue());
  const down = new Set<string>();
  for (let i = 0; i < 420; i++) down.add(selected(await serve(ana.press('down'))) ?? '');
  expect(down.size).toBe(420);
  expect(selected(ana)).toBe(name(420));
  // What is selected stays in its line of the screen when another part is read.
  const line = (one: Person) => one.frame.findIndex((text) => text.startsWith('>'));
  for (let i = 0; i < 140; i++) {
    ana.press('up');
    const before = line(ana);
    expect(line(await serve(ana))).toBe(before);
  }
  expect(selected(ana)).toBe(name(280));
  for (let i = 0; i < 20; i++) await serve(ana.press('pageup'));
  expect(selected(ana)).toBe(name(0));
});

it('the real lists are read, filtered and marked, also around a row that has gone', async () => {
  const env = await openEnvironment(':memory:', { create: true });
  const input = Array.from({ length: 1_200 }, (_, i) => ({
    ...{ op: 'new' as const, session: name(i), theme: 'mail', data: i },
  }));
  for (const { session: id, data } of input) await env.sessions.create('mail', data, { id });
  for (let i = 0; i < 1_200; i += 3) await env.sessions.park(name(i), i % 2 === 0 ? 'address unknown' : 'mailbox full');
  const part = async (filter: string, around?: SessionReading | 'end') => {
    const where = around === undefined ? {} : { around: around === 'end' ? around : { at: around } };
    const want = { want: 'queue', theme: 'mail', filter, ...where } as const;
    return (await load(env, want, { signal: never, head: 0, tail: new LogTail() })) as {
      rows: SessionReading[];
      hasBefore: boolean;
      hasAfter: boolean;
    };
  };
  const parked = await part('status:parked');
  expect([parked.rows.length, parked.hasBefore, parked.hasAfter]).toEqual([400, false, false]);
  expect((await part('error:full status:parked')).rows.length).toBe(200);
  expect((await part('theme:mail status:parked stuck<5h')).rows.length).toBe(400);
  expect((await part('stuck>5m')).rows.length).toBe(0);
  const whole = await part('');
  expect([whole.rows.length, whole.hasAfter]).toEqual([limits.screenRows, true]);
  const middle = whole.rows[300] as SessionReading;
  await env.sessions.remove(middle.id);
  const around = await part('', middle);
  expect(around.rows.map(({ id }) => id)).toContain(whole.rows[301]?.id);
  expect([around.hasBefore, around.rows.some(({ id }) => id === middle.id)]).toEqual([true, false]);
  expect((await part('', 'end')).rows.at(-1)?.status).toBe('parked');
  const want = { want: 'queue', theme: 'mail', filter: 'status:parked error:unknown' } as const;
  const { marks, more } = await readMarks(env, want, { signal: never });
  expect([marks.size, marks.get(name(0)), more]).toEqual([200, ['unpark', 'remove'], false]);
  const cut = async (most: number) => {
    const part = await readMarks(env, want, { signal: never, most });
    return [part.marks.size, part.more];
  };
  expect([await cut(199), await cut(200)]).toEqual([
    [199, true],
    [200, false],
  ]);
  await env.close();
});

it('the screen says so where only a part of what a filter leaves is marked', async () => {
  const ana = (await serve(atQueue())).press('*');
  const { want } = ana.asked.at(-1) as ScreenEffect & { readonly kind: 'mark all' };
  const marks = new Map([[name(0), ['park'] as const]]);
  ana.hear({ type: 'marked', want, marks, more: true });
  expect(ana.text).toContain('only the first 1 are marked: there are more');
  // It is said of the list that is marked, and of no other.
  const eve = new Person(ana.state).press('esc', '1');
  expect(eve.hear({ type: 'marked', want, marks, more: true }).text).not.toContain('there are more');
});

it.each([
  ['what is stuck of one kind ends where it is counted no further', limits.stuckCountedMax, true],
  ['all of it is listed', limits.stuckCountedMax - 1, false],
])('the screen says so where more may be stuck than is listed: %s', (_, count, isTold) => {
  const all = [stuck('x', 'dead'), ...Array.from({ length: count }, (_, i) => stuck(name(i), 'parked'))];
  const ana = new Person().see(overview({ stuck: all, needs: [] })).press('2', '*');
  expect(shownCrumb(ana.state).marks.size).toBe(count + 1);
  expect(ana.text.includes('there are more')).toBe(isTold);
});

it('one key marks all that a filter leaves, also what is not held, and an action on them asks for their number', async () => {
  const ana = (await serve(atQueue())).press('/', "'status:ready'", 'enter', '*');
  expect(ana.asked.at(-1)).toMatchObject({ kind: 'mark all', want: { theme: 'mail', filter: 'status:ready' } });
  const { want } = ana.asked.at(-1) as ScreenEffect & { readonly kind: 'mark all' };
  const marks = new Map(Array.from({ length: 5_000 }, (_, i) => [name(i), ['store', 'park', 'remove'] as const]));
  ana.hear({ type: 'marked', want, marks, more: false });
  expect(ana.text).toContain('5000 marked');
  ana.press('x', '2');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: { verb: string; ids: readonly string[] } } };
  expect([dialog.action.verb, dialog.action.ids.length]).toEqual(['park', 5_000]);
  expect(ana.press('esc', '*').text).not.toContain('marked');
  ana.hear({
    type: 'not marked',
    problem: { code: 'STORAGE_FAILED', message: 'the disk is gone', next: ['txlog doctor'] },
  });
  expect(ana.text).toContain('nothing is marked: STORAGE_FAILED: the disk is gone -> txlog doctor');
});

it.each<[string, Want]>([
  ['a queue', { want: 'queue', theme: 'mail', filter: '' }],
  ['a session', { want: 'session', id: 's-1' }],
  ['a saga', { want: 'saga', id: 's-1' }],
  ['the log', { want: 'records', where: '' }],
  ['a record', { want: 'record', position: 1 }],
  ['the states', { want: 'states', prefix: '', filter: '' }],
  ['a state', { want: 'state', key: 'k' }],
  ['a state as it was', { want: 'state', key: 'k', asOf: 2, from: 1 }],
  ['what would be without a transaction', { want: 'what-if', position: 1 }],
])('reading %s ends once it is not shown any more', async (_, want) => {
  const env = await openEnvironment(':memory:', { create: true });
  for (let i = 0; i < 2; i++) await env.submit({ type: 't', changes: [{ op: 'add', key: 'k', value: 1 }] });
  await env.sessions.create('mail', 1, { id: 's-1' });
  const left = AbortSignal.abort(new Error('somebody left'));
  await expect(load(env, want, { signal: left, head: 3, tail: new LogTail() })).rejects.toThrow('somebody left');
  await env.close();
});
