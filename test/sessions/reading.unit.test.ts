// Goal: lists, histories and what is stuck say exactly what is. Method: a few sessions of each kind, in a time that stands.
import { beforeEach, describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { themeNumber } from '../../src/layout/theme-counts.ts';
import type { ListOptions } from '../../src/sessions/read/list-sessions.ts';
import { Workplace } from './workplace.ts';

let place: Workplace;
let env: Environment;

beforeEach(async () => {
  place = new Workplace();
  ({ env } = await place.open({ themes: { mail: { advisor: () => ({ op: 'remove' }) } } }));
});

async function list(options?: ListOptions): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of env.sessions.list(options)) ids.push(id);
  return ids;
}

async function makeOneOfEach(): Promise<void> {
  await env.sessions.create('mail', 1, { id: 'ready' });
  await env.sessions.create('mail', 1, { id: 'stored', delay: 60 });
  await env.sessions.create('mail', 1, { id: 'active', order: 'k' });
  await env.sessions.create('mail', 1, { id: 'behind', order: 'k' });
  await env.sessions.create('mail', 1, { id: 'parked' });
  await env.sessions.create('fax', 1, { id: 'other' });
  await env.sessions.lead({ session: 'active' }, 'op', 30);
  await env.sessions.park('parked', 'why');
}

it('sessions are listed by theme, status and order key', async () => {
  await makeOneOfEach();
  expect(await list()).toEqual(['other', 'active', 'ready', 'stored', 'behind', 'parked']);
  expect(await list({ theme: 'fax' })).toEqual(['other']);
  expect(await list({ theme: 'no such' })).toEqual([]);
  for (const status of ['ready', 'stored', 'active', 'behind', 'parked'] as const) {
    expect(await list({ theme: 'mail', status })).toEqual([status]);
  }
  expect(await list({ order: 'k' })).toEqual(['active', 'behind']);
  expect(await list({ order: 'k', status: 'behind' })).toEqual(['behind']);
  expect(await list({ limit: 2 })).toEqual(['other', 'active']);
  expect(await list({ limit: 0 })).toEqual([]);
});

it('a list of sessions goes on after any of them', async () => {
  await makeOneOfEach();
  const whole = await list();
  for (const [i, after] of whole.entries()) expect(await list({ after })).toEqual(whole.slice(i + 1));
  expect(await list({ order: 'k', after: 'active' })).toEqual(['behind']);
  expect(await list({ reverse: true })).toEqual(whole.toReversed());
  for (const [i, after] of whole.entries())
    expect(await list({ after, reverse: true })).toEqual(whole.slice(0, i).toReversed());
  expect(await list({ order: 'k', reverse: true })).toEqual(['behind', 'active']);
  await expect(list({ after: 'no such' })).rejects.toMatchObject({ code: 'SESSION_GONE' });
});

it('a list of sessions goes on where one stood, though it has gone since', async () => {
  await makeOneOfEach();
  const ready = await env.sessions.get('ready');
  await env.sessions.remove('ready');
  expect(await list({ ...given({ after: ready }) })).toEqual(['stored', 'behind', 'parked']);
  expect(await list({ reverse: true, ...given({ after: ready }) })).toEqual(['active', 'other']);
});

it('a list gives more sessions than fit a page', async () => {
  const ids = Array.from({ length: 1_203 }, (_, i) => `s-${String(i).padStart(4, '0')}`);
  await Promise.all(ids.map((id) => env.sessions.create('mail', 1, { id })));
  expect(await list()).toEqual(ids);
  expect(await list({ after: 's-0600', limit: 501 })).toEqual(ids.slice(601, 1_102));
  expect(await list({ reverse: true })).toEqual(ids.toReversed());
  expect(await list({ after: 's-0600', reverse: true, limit: 501 })).toEqual(ids.slice(99, 600).toReversed());
});

it('the history of a session tells all that ever happened to it, also once it is removed', async () => {
  await env.sessions.create('mail', 'a', { id: 's' });
  await env.sessions.lead({ session: 's' }, 'op', 30);
  await env.sessions.append('s', 'b', { epoch: 1 });
  await env.sessions.store('s', 5, { epoch: 1, error: 'later' });
  await env.sessions.remove('s', { reason: 'not needed', actor: 'ann' });
  const events = [];
  for await (const event of env.sessions.history('s')) events.push(event);
  expect(events.map(({ op, before, after }) => [op, before?.status, after?.status])).toEqual([
    ['session.new', undefined, 'ready'],
    ['session.lead', 'ready', 'active'],
    ['session.append', 'active', 'active'],
    ['session.store', 'active', 'stored'],
    ['session.remove', 'stored', undefined],
  ]);
  expect(events[3]?.after).toMatchObject({ error: 'later', attempts: 1, chunks: 2, epoch: 1 });
  expect(events[4]?.record).toMatchObject({ actor: 'ann', payload: { reason: 'not needed' } });
  for await (const _ of env.sessions.history('no such')) throw new Error('there was none');
});

it('a long history of a session is told in pages', async () => {
  await env.sessions.create('mail', 0, { id: 's' });
  for (let i = 1; i <= 1_100; i++) await env.sessions.append('s', i);
  let events = 0;
  for await (const { after } of env.sessions.history('s')) {
    events += 1;
    expect(after?.chunks).toBe(events);
  }
  expect(events).toBe(1_101);
});

it('no session is stuck where all goes well', async () => {
  await env.sessions.create('mail', 1);
  await env.sessions.create('mail', 1, { delay: 600 });
  place.leases.hold({ id: 'op', lease: 30 });
  await env.sessions.lead({ theme: 'mail' }, 'op', 30);
  expect(await env.sessions.stuck()).toEqual([]);
});

it('a stuck session is found, with why, for how long, whose it is and what to do', async () => {
  for (const id of ['late', 'gone', 'parked', 'failing', 'overdue']) await env.sessions.create('mail', 1, { id });
  await env.sessions.create('quiet', 1, { id: 'paused' });
  await env.sessions.changeTheme('quiet', { paused: true });
  place.leases.hold({ id: 'op-1', lease: 10, detached: true });
  await env.sessions.lead({ session: 'late' }, 'op-1', 10);
  await env.sessions.lead({ session: 'gone' }, 'op-2', 10);
  await env.sessions.park('parked', 'ask Ann');
  for (const epoch of [1, 2]) {
    await env.sessions.lead({ session: 'failing' }, 'op-3', 10);
    await env.sessions.store('failing', epoch === 2 ? 600 : 0, { epoch, error: 'no net' });
  }
  const began = place.clock.now();
  await place.clock.pass(61_000);
  const stuck = await env.sessions.stuck();
  expect(stuck.map(({ session, reason, age, next }) => [session.id, reason, age, next])).toEqual([
    ['late', 'late', 61_000, 'txlog session retry late'],
    ['gone', 'gone', 61_000, 'txlog session retry gone'],
    ['parked', 'parked', 61_000, 'txlog session unpark parked'],
    ['overdue', 'overdue', 61_000, 'txlog work --theme mail'],
    ['failing', 'failing', 61_000, 'txlog session show failing'],
  ]);
  expect(stuck[0]).toMatchObject({ owner: 'op-1', detail: expect.stringContaining('no sign of life for 10 s') });
  expect(stuck[2]).toMatchObject({ detail: 'ask Ann' });
  expect(stuck[4]).toMatchObject({ nextTry: began + 600_000, detail: 'failed 2 times: no net' });
  expect(await env.sessions.stuck({ theme: 'quiet' })).toEqual([]);
  expect(await env.sessions.stuck({ now: began })).toHaveLength(4);
});

describe('a turn that does not end', () => {
  const lead = async (id: string) => {
    place.leases.hold({ id: 'op', lease: 10_000 });
    await env.sessions.lead({ session: id }, 'op', 10_000);
  };
  const slow = async () => (await env.sessions.stuck()).map(({ session, reason, age }) => [session.id, reason, age]);

  it('is slow after a tenth of its time limit without a word, though its operator lives; what waits behind is said', async () => {
    for (const id of ['a', 'b', 'c']) await env.sessions.create('mail', 1, { id, order: 'ann' });
    await lead('a');
    await place.clock.pass(59_000);
    expect(await slow()).toEqual([]);
    await place.clock.pass(2_000);
    const [found] = await env.sessions.stuck();
    expect(found).toMatchObject({
      reason: 'slow',
      detail: 'led for 61 s, silent for 61 s, its time limit is 600 s; 2 wait behind it',
      next: 'txlog session show a',
      owner: 'op',
    });
    // Whatever it does is a sign that it goes on.
    await env.sessions.append('a', 2, { epoch: 1 });
    expect(await slow()).toEqual([]);
  });

  it('is not slow as long as the turns of its theme take as long', async () => {
    for (let i = 0; i < 4; i++) await env.sessions.create('mail', 1, { id: `m-${i}` });
    await lead('m-0');
    await place.clock.pass(119_000);
    await lead('m-1');
    await env.sessions.remove('m-1', { epoch: 1 });
    await place.clock.pass(1_000);
    // One in twenty seconds, one led: turns take up to twenty seconds, and twenty times that is no minute or two.
    expect(await slow()).toEqual([]);
    await place.clock.pass(30_000);
    expect(await slow()).toEqual([['m-0', 'slow', 150_000]]);
  });

  it('of a saga is slow by the longest step', async () => {
    const { env: agency } = await place.open({ sagas: { trip: { steps: [{ name: 'a', do: { run: () => null } }] } } });
    await agency.sagas.start('trip', null, { id: 's' });
    await lead('s');
    await place.clock.pass(61_000);
    expect(await env.sessions.stuck()).toMatchObject([{ reason: 'slow', next: 'txlog saga show s' }]);
  });
});

describe('a session that waits too long', () => {
  const overdue = async () =>
    (await env.sessions.stuck()).map(({ session, detail, next }) => [session.id, detail, next]);

  it('is overdue where a worker should see to it, and the command to run starts one', async () => {
    const changes = [{ op: 'add' as const, key: 'orders', value: 1 }];
    await env.sessions.create('mail', 1, { id: 'm' });
    await env.enqueue({ id: 'r', type: 'order', changes }, { respond: 'answers' });
    // Whoever works on these is not known here: a program that reads responses, a script at night.
    await env.sessions.create('answers', 1);
    await env.sessions.create('by hand', 1);
    await place.clock.pass(61_000);
    expect(await overdue()).toEqual([
      ['m', 'due for 61 s: nobody leads it', 'txlog work --theme mail'],
      ['r', 'due for 61 s: nobody leads it', 'txlog work --theme request/order'],
    ]);
    // The commands work.
    await env.work({ themes: ['mail'], untilEmpty: true }).done;
    await env.work({ themes: ['request/order'], untilEmpty: true }).done;
    expect(await overdue()).toEqual([]);
  });

  it('is not while its queue moves, however long that is', async () => {
    for (const id of ['a', 'b', 'c']) await env.sessions.create('mail', 1, { id });
    await place.clock.pass(61_000);
    await env.sessions.remove('a');
    expect(await overdue()).toEqual([]);
    await place.clock.pass(21_000);
    expect(await overdue()).toHaveLength(2);
    place.leases.hold({ id: 'op', lease: 60, themes: ['mail'] });
    await env.sessions.lead({ session: 'b' }, 'op', 60);
    expect(await overdue()).toEqual([]);
    await env.sessions.remove('b', { epoch: 1 });
    await place.clock.pass(21_000);
    expect(await overdue()).toEqual([['c', 'due for 103 s: its workers do not lead it', 'txlog queue show mail']]);
  });

  it('is so in a theme that another app advises, while its worker is alive', async () => {
    await env.sessions.create('fax', 1, { id: 'f' });
    await place.clock.pass(61_000);
    expect(await overdue()).toEqual([]);
    place.leases.hold({ id: 'op', lease: 60, themes: ['fax'] });
    expect(await overdue()).toMatchObject([['f', 'due for 61 s: its workers do not lead it', 'txlog queue show fax']]);
  });
});

it('a command that names an id or a theme quotes it', async () => {
  const id = "x'; rm -rf ~";
  const quoted = `'x'\\''; rm -rf ~'`;
  await env.sessions.create('mail', 1, { id });
  await env.sessions.park(id, 'why');
  expect((await env.sessions.stuck()).map(({ next }) => next)).toEqual([`txlog session unpark ${quoted}`]);
  // The code for waiting is loaded by the first who waits, which takes real time.
  await expect(env.wait('no such')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
  const waited = expect(env.wait(id, { timeoutMs: 5 })).rejects.toMatchObject({
    code: 'WAIT_TIMEOUT',
    details: { next: [`txlog session show ${quoted}`, `txlog wait ${quoted}`] },
  });
  await place.clock.pass(5);
  await waited;
  await expect(env.sessions.create('mail', 2, { id })).rejects.toMatchObject({
    details: { next: [`txlog session show ${quoted}`] },
  });
  await expect(env.lead('mail', () => ({ op: 'remove' }), { session: id })).rejects.toMatchObject({
    details: { next: [`txlog session show ${quoted}`] },
  });
});

it('a change of a theme answers with the theme as it is then', async () => {
  const paused = await env.sessions.changeTheme('mail', { paused: true });
  expect(paused).toMatchObject({ ok: true, session: '', theme: { number: themeNumber('mail'), paused: true } });
  expect(paused).toMatchObject({ now: undefined, duplicate: false });
  const resumed = await env.sessions.changeTheme('mail', { paused: false });
  expect(resumed).toMatchObject({ theme: { number: themeNumber('mail') }, now: undefined });
  expect(await env.sessions.changeTheme('mail')).toMatchObject({
    duplicate: true,
    theme: { number: themeNumber('mail') },
  });
});

it('a theme without a bound of its own has that of the worker', async () => {
  ({ env } = await place.open({ themes: { mail: {}, fax: { concurrency: 2 } } }));
  const known = await env.sessions.knownThemes();
  expect(known.map(({ name, policy }) => [name, policy.concurrency])).toEqual([
    ['fax', 2],
    ['mail', undefined],
  ]);
});
