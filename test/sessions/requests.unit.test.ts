// Goal: a queued request is decided exactly once, whatever fails or dies, and its end, its states and its response are one
// record. Method: workers on one environment in memory whose writes fail, or die, one after another.

import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { completing } from '../model/completion.ts';
import type { Fault, FaultyStorage } from '../sim/faulty-storage.ts';
import { settle } from './timed-clock.ts';
import { all, Workplace, working } from './workplace.ts';

let place: Workplace;
let env: Environment;
let storage: FaultyStorage;

const app: App = {
  requests: {
    order: {
      decide: ({ payload }) =>
        payload === 'bad' ? rejectRequest('BAD', 'a bad order') : [{ op: 'add', key: 'orders', value: 1 }],
    },
  },
};

beforeEach(async () => {
  place = new Workplace();
  ({ env, storage } = await place.open(app));
});

const order = (id: string, payload = 'good') => ({ id, type: 'order', payload });

async function decideAll(): Promise<void> {
  await (await working(env, { untilEmpty: true })).worker.done;
}

describe('a queued request', () => {
  it('waits in the queue of its type, and is decided by a worker', async () => {
    const queued = await env.enqueue(order('r-1'));
    expect(queued).toMatchObject({ id: 'r-1', session: 'r-1', duplicate: false });
    expect(await env.find('r-1')).toBeUndefined();
    expect(await all(env)).toMatchObject([{ id: 'r-1', themeName: 'request/order', status: 'ready' }]);
    const { worker } = await working(env);
    await settle();
    expect(await env.transaction('r-1')).toMatchObject({ outcome: 'committed' });
    expect((await env.get('orders'))?.value).toBe(1);
    expect(await all(env)).toEqual([]);
    expect(await worker.stop()).toMatchObject({ removed: 1, requests: 1 });
  });

  it('names the theme of its response itself, before what the caller says', async () => {
    await env.enqueue({ ...order('r-1'), respond: 'mine' }, { respond: 'answers' });
    await env.enqueue(order('r-2'), { respond: 'answers' });
    await decideAll();
    expect((await all(env)).map(({ id, themeName }) => `${themeName} ${id}`).sort()).toEqual([
      'answers txlog.response/r-2',
      'mine txlog.response/r-1',
    ]);
    // Without a queue, the submitter is told itself.
    expect(await env.submit({ ...order('r-3'), respond: 'mine' })).toMatchObject({ outcome: 'committed' });
    expect(await all(env)).toHaveLength(2);
    await expect(env.enqueue({ ...order('r-4'), respond: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('owns its id while it waits: another request under it is refused, the same one is decided at once', async () => {
    await env.enqueue(order('r-1'));
    await expect(env.submit(order('r-1', 'other'))).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    await expect(env.submit({ id: 'r-1', type: 'another' })).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    expect(await env.get('orders')).toBeUndefined();
    expect(await env.submit(order('r-1'))).toMatchObject({ outcome: 'committed', duplicate: false });
    await decideAll();
    expect((await env.get('orders'))?.value).toBe(1);
    expect(await all(env)).toEqual([]);
    // A session of another theme is no request, whatever its id.
    await env.sessions.create('mail', { type: 'order' }, { id: 'r-2' });
    expect(await env.submit(order('r-2'))).toMatchObject({ outcome: 'committed' });
  });

  it('ends its session and brings its response in the record of its decision', async () => {
    await env.enqueue(order('r-1'), { respond: 'answers' });
    await env.enqueue(order('r-2', 'bad'), { respond: 'answers' });
    await decideAll();
    const record = await env.transaction('r-1');
    expect(record.changes.map(({ op, key }) => `${op} ${JSON.stringify(key)}`)).toEqual([
      'add "orders"',
      'session.remove "\\u0001r-1"',
      'session.new "\\u0001txlog.response/r-1"',
    ]);
    expect(await all(env)).toMatchObject([
      { id: 'txlog.response/r-1', themeName: 'answers', created: record.position },
      { id: 'txlog.response/r-2', themeName: 'answers' },
    ]);
    expect(await env.sessions.data('txlog.response/r-2')).toMatchObject([
      { id: 'r-2', outcome: 'rejected', rejection: { code: 'BAD' } },
    ]);
  });

  it('is the same when it is queued again, and its receipt once it is decided', async () => {
    await env.enqueue(order('r-1'));
    expect(await env.enqueue(order('r-1'))).toMatchObject({ session: 'r-1', duplicate: true });
    await expect(env.enqueue(order('r-1', 'bad'))).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    await decideAll();
    expect(await env.enqueue(order('r-1'))).toMatchObject({ receipt: { outcome: 'committed', duplicate: true } });
    await expect(env.enqueue(order('r-1', 'bad'))).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    expect((await env.get('orders'))?.value).toBe(1);
  });

  it('is the same when another asks for it, who wants the response elsewhere: the first one gets it', async () => {
    await env.enqueue(order('r-1'), { respond: 'answers' });
    expect(await env.enqueue(order('r-1'), { respond: 'other' })).toMatchObject({ session: 'r-1', duplicate: true });
    expect(await env.enqueue(order('r-1'))).toMatchObject({ session: 'r-1', duplicate: true });
    await expect(env.enqueue(order('r-1', 'bad'), { respond: 'other' })).rejects.toMatchObject({
      code: 'REQUEST_ID_CONFLICT',
    });
    await decideAll();
    expect(await all(env)).toMatchObject([{ id: 'txlog.response/r-1', themeName: 'answers' }]);
  });

  it('is refused when somebody took it out of its queue before: its id is used up', async () => {
    await env.enqueue(order('r-1'));
    await env.sessions.remove('r-1');
    const gone = { code: 'SESSION_GONE', details: { next: ['txlog session show r-1'] } };
    await expect(env.enqueue(order('r-1'))).rejects.toMatchObject(gone);
    const answers = await env.enqueueChecked([env.check(order('r-2')), env.check(order('r-1'))]);
    expect(answers).toMatchObject([{ enqueued: { session: 'r-2' } }, { error: gone }]);
    // It may be decided all the same, and then has its receipt.
    await env.submit(order('r-1'));
    expect(await env.enqueue(order('r-1'))).toMatchObject({ receipt: { outcome: 'committed' } });
  });

  it('has its receipt when it is decided while it is queued again', async () => {
    await env.enqueue(order('r-1'));
    const { env: other } = await place.open(app);
    const read = env.read.bind(env);
    env.read = async (look) => {
      const found = await read(look);
      env.read = read;
      await (await working(other, { untilEmpty: true })).worker.done;
      return found;
    };
    expect(await env.enqueue(order('r-1'))).toMatchObject({ receipt: { outcome: 'committed', duplicate: true } });
  });

  it.each([
    ['has no theme', 77, 'THEME_NOT_FOUND'],
    ['has a theme whose number another one has', 'taken', 'THEME_CONFLICT'],
  ])('is refused, and the engine goes on, when its response %s', async (_, respond, code) => {
    await env.operate([{ op: 'theme', theme: 'other', number: crc32('taken') }]);
    await env.enqueue(order('r-1'));
    const led = await env.sessions.lead({ theme: 'request/order' }, 'me', 30);
    expect(led.ok).toBe(true);
    const completes = completing({ session: 'r-1', epoch: 1, respond });
    const [answer] = await env.process([{ ...env.check(order('r-1')), completes }]);
    expect(answer).toMatchObject({ error: { code } });
    expect(await all(env)).toMatchObject([{ id: 'r-1', status: 'active' }]);
    const [again] = await env.process([
      { ...env.check(order('r-1')), completes: completing({ session: 'r-1', epoch: 1 }) },
    ]);
    expect(again).toMatchObject({ receipt: { outcome: 'committed' } });
  });

  it('is decided once when it is submitted as well', async () => {
    await env.enqueue(order('r-1'), { respond: 'answers' });
    const receipt = await env.submit(order('r-1'));
    await decideAll();
    expect((await env.get('orders'))?.value).toBe(1);
    expect(await all(env)).toMatchObject([{ id: 'txlog.response/r-1' }]);
    expect(await env.sessions.data('txlog.response/r-1')).toMatchObject([{ position: String(receipt.position) }]);
  });

  it('is refused at once when it is no request', async () => {
    await expect(env.enqueue({ type: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(env.enqueue(order('r-1'), { respond: '\u0001' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(env.enqueue(order('r-1'), { delay: -1 })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await all(env)).toEqual([]);
  });

  it('waits for its delay, and for those of its order key', async () => {
    await env.enqueue(order('r-1'), { order: 'ann', delay: 10 });
    await env.enqueue(order('r-2'), { order: 'ann' });
    await env.enqueue(order('r-3'));
    const { worker } = await working(env);
    await settle();
    expect((await all(env)).map(({ id }) => id)).toEqual(['r-1', 'r-2']);
    await place.clock.pass(10_000);
    expect(await all(env)).toEqual([]);
    expect((await env.transaction('r-1')).position).toBeLessThan((await env.transaction('r-2')).position);
    await worker.stop();
  });

  it.each([
    ['is no request', 'words', {}, /REQUEST|no request/],
    ['has an id that was used for another', { id: 'taken', type: 'order', payload: 'other' }, {}, /used at position/],
    ['asks for a response at no address', { type: 'order', respond: '@nowhere' }, {}, /to: /],
    [
      'does not fit the schema of its type any more',
      { type: 'order', payload: 'good' },
      { requests: { order: { schema: { type: 'number' } } } },
      /payload/,
    ],
  ])('is parked with the reason when it %s', async (_, data, later: App, reason) => {
    await env.submit(order('taken'));
    await env.sessions.create('request/order', data, { id: 'q' });
    const { env: worker } = await place.open({ ...app, ...later });
    const { done } = (await working(worker, { untilEmpty: true })).worker;
    expect(await done).toMatchObject({ parked: 1, failed: 1 });
    expect(await all(env)).toMatchObject([{ id: 'q', status: 'parked', error: expect.stringMatching(reason) }]);
  });
});

describe('a queued request, whatever fails', () => {
  const faults: readonly Fault[] = ['fail-before', 'fail-after', 'die-before', 'die-after'];
  const cases = faults.flatMap((fault) => [1, 2, 3].map((n) => [fault, n] as const));

  it.each(cases)('(%s at write %i of the worker) is decided once', async (fault, n) => {
    for (const id of ['r-1', 'r-2', 'r-3']) await env.enqueue(order(id), { respond: 'answers' });
    const first = await place.open(app);
    first.storage.plan(n, fault);
    const { worker } = await working(first.env, { concurrency: 1 });
    await place.clock.pass(60_000);
    const second = await place.open(app);
    const { worker: next } = await working(second.env);
    await place.clock.pass(60_000);
    await Promise.all([worker.kill(), next.stop(), place.clock.pass(60_000)]);
    expect((await env.get('orders'))?.value).toBe(3);
    expect((await all(env)).map(({ id }) => id).toSorted()).toEqual(
      ['r-1', 'r-2', 'r-3'].map((id) => `txlog.response/${id}`),
    );
    expect((await env.rescanVerify()).problems).toEqual([]);
  });
});

describe('a wait', () => {
  it('ends with the receipt of a request, once a worker has decided it', async () => {
    await env.enqueue(order('r-1'));
    const waited = env.wait('r-1');
    await settle();
    const { worker } = await working((await place.open(app)).env);
    await settle();
    expect(await waited).toMatchObject({ id: 'r-1', outcome: 'committed', durability: 'memory' });
    expect(await env.wait('r-1')).toEqual(await waited);
    await worker.stop();
  });

  it('ends when a session is removed', async () => {
    await env.sessions.create('mail', 1, { id: 's-1' });
    const waited = env.wait('s-1');
    await settle();
    const removed = await env.sessions.remove('s-1');
    expect(await waited).toEqual({
      session: 's-1',
      removed: true,
      position: removed.ok && removed.position,
      time: place.clock.now(),
    });
  });

  it('takes no longer than it may, and says how things stand', async () => {
    await env.enqueue(order('r-1'));
    await env.sessions.park('r-1', 'hold on');
    const waited = env.wait('r-1', { timeoutMs: 5_000 });
    const outcome = expect(waited).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      details: { hint: 'It is parked, its last turn failed: hold on.' },
    });
    await place.clock.pass(5_000);
    await outcome;
  });

  it('ends when the caller says so', async () => {
    await env.enqueue(order('r-1'));
    const stop = new AbortController();
    const outcome = expect(env.wait('r-1', { signal: stop.signal })).rejects.toThrow('enough');
    await settle();
    stop.abort(new Error('enough'));
    await outcome;
  });

  it('does not begin for what never was', async () => {
    await expect(env.wait('no-such')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
  });

  it('notices what is new where no watcher works', async () => {
    storage.watch = () => () => {};
    await env.enqueue(order('r-1'));
    const waited = env.wait('r-1');
    await settle();
    await env.submit(order('r-1'));
    await place.clock.pass(1_000);
    expect(await waited).toMatchObject({ outcome: 'committed' });
  });
});
