// Goal: a logged request is decided again on what it was decided on: the present app decides what it decided, another one
// what it would have; and the next flip is the first of them that comes out otherwise. Method: an environment in memory with
// a stock that is sold, and apps with other rules.
import { expect, it, vi } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { defineApp, type Environment, openEnvironment, reject } from '../../src/index.ts';

const shop = (least: number, op: 'add' | 'merge' = 'add') =>
  defineApp({
    requests: {
      sell: {
        decide: (_, states) => {
          const left = (states.get('stock/tea')?.value ?? 0) as number;
          if (left <= least) return reject('SOLD_OUT', `${left} left`);
          if (op === 'merge') return [{ op: 'set', key: 'stock/tea', value: left - 1 }];
          return [{ op: 'add', key: 'stock/tea', value: -1 }];
        },
      },
    },
  });

async function sold(work: (env: Environment) => Promise<void>): Promise<void> {
  const env = await openEnvironment(':memory:', { create: true, app: shop(0) });
  await env.submit({ id: 'buy', type: 'buy', changes: [{ op: 'add', key: 'stock/tea', value: 5 }] });
  for (let i = 1; i <= 6; i++) await env.submit({ id: `sell-${i}`, type: 'sell' });
  await env.sessions.create('mail', 1);
  await work(env).finally(() => env.close());
}

it('a request that is decided again comes out as it did, on the states of then', () =>
  sold(async (env) => {
    const third = await env.decideAgain(4);
    expect(third).toMatchObject({
      read: [{ key: 'stock/tea', version: 3, value: 3 }],
      answer: { changes: [{ op: 'add', key: 'stock/tea', value: -1 }] },
      keys: [{ key: 'stock/tea', before: 3, after: 2 }],
      ...{ was: { outcome: 'committed' }, would: { outcome: 'committed' }, differs: undefined },
    });
    const last = await env.decideAgain(7);
    expect(last).toMatchObject({ answer: { rejection: { code: 'SOLD_OUT' } }, keys: [], differs: undefined });
    expect(await env.decideAgain(1)).toMatchObject({ keys: [{ key: 'stock/tea', after: 5 }], differs: undefined });
    await expect(env.decideAgain(8)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(env.decideAgain(99)).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
    expect(await env.nextFlip(0)).toEqual({ flip: undefined, at: 8 });
    expect((await env.head()).position).toBe(8);
  }));

it('a search finds where another app decides otherwise, each time on the states of then', () =>
  sold(async (env) => {
    const app = await compileApp(shop(2), 'stricter');
    const first = await env.nextFlip(0, { app });
    expect(first).toMatchObject({ at: 5, flip: { differs: 'outcome', would: { code: 'SOLD_OUT', reason: '2 left' } } });
    expect((await env.nextFlip(5, { app })).at).toBe(6);
    expect(await env.nextFlip(6, { app })).toMatchObject({ flip: undefined });
    const other = await compileApp(shop(0, 'merge'), 'other');
    expect(await env.nextFlip(0, { app: other })).toMatchObject({
      flip: { differs: 'changes', keys: [{ before: 5, after: 4 }] },
      at: 2,
    });
    expect(await env.nextFlip(0, { app, limit: 3 })).toEqual({ flip: undefined, at: 3 });
    const signal = AbortSignal.abort(new Error('left'));
    await expect(env.nextFlip(0, { app, signal })).rejects.toThrow('left');
  }));

it('a search for a flip ends when it is told to, between two decisions, and holds no snapshot while others have their turn', async () => {
  const decided = { calls: 0, hear: () => {} };
  const slow = defineApp({
    requests: {
      slow: {
        decide: () => {
          decided.calls += 1;
          decided.hear();
          return [{ op: 'add', key: 'n', value: 1 }];
        },
      },
    },
  });
  const env = await openEnvironment(':memory:', { create: true, app: slow });
  for (let i = 0; i < 30; i++) await env.submit({ id: `r-${i}`, type: 'slow' });
  // Longer than a turn of the event loop may last: after each decision others have theirs.
  decided.hear = () => {
    const until = performance.now() + 11;
    while (performance.now() < until);
  };
  decided.calls = 0;
  const pin = vi.spyOn(env.handle.storage, 'pin');
  const stop = new AbortController();
  const search = env.nextFlip(0, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('left')), 1);
  await expect(search).rejects.toThrow('left');
  expect(decided.calls).toBeLessThan(10);
  decided.calls = 0;
  expect(await env.nextFlip(15)).toEqual({ flip: undefined, at: 30 });
  expect([decided.calls, pin.mock.calls.length]).toEqual([15, 0]);
  // Also after the last of them: who has left is told nothing.
  const late = new AbortController();
  decided.hear = () => late.abort(new Error('late'));
  await expect(env.nextFlip(29, { signal: late.signal })).rejects.toThrow('late');
  await env.close();
});

it('an app that lacks the rules which refused a request is said not to decide it', async () => {
  const app = defineApp({ requests: { note: { authorize: () => reject('CLOSED', 'not today') } } });
  const env = await openEnvironment(':memory:', { create: true, app });
  await env.submit({ id: 'refused', type: 'note', changes: [{ op: 'add', key: 'n', value: 1 }] });
  const none = await compileApp(defineApp({}), 'none');
  expect(await env.decideAgain(1, { app: none })).toMatchObject({
    ...{ would: undefined, answer: { lacking: 'no type note, whose rules refused it' } },
  });
  expect(await env.nextFlip(0, { app: none })).toEqual({ flip: undefined, at: 1 });
  await env.close();
});

it('an app that lacks the handler or the reducer is said not to decide, and a search goes past that request', async () => {
  const app = defineApp({
    requests: {
      sell: { decide: (_, states) => (states.get('x') ? reject('SOLD', 'no') : [{ op: 'add', key: 'x', value: 1 }]) },
      best: { reducers: { max: (value, argument) => Math.max((value ?? 0) as number, argument as number) } },
    },
  });
  const env = await openEnvironment(':memory:', { create: true, app });
  const changes = [{ op: 'reduce' as const, key: 'top', reducer: 'max', value: 4 }];
  await env.submit({ id: 'committed', type: 'sell' });
  await env.submit({ id: 'refused', type: 'sell' });
  await env.submit({ id: 'unmet', type: 'sell', expect: [{ key: 'x', exists: false }] });
  await env.submit({ id: 'reduced', type: 'best', changes });
  await env.submit({ id: 'sent', type: 'note', changes: [{ op: 'add', key: 'n', value: 1 }] });
  const other = await compileApp(defineApp({ requests: { sell: { authorize: () => true } } }), 'other');
  const lacking = 'no handler of sell, which decided it';
  const undecided = { read: [], keys: [], would: undefined, differs: undefined };
  expect(await env.decideAgain(1, { app: other })).toMatchObject({ ...undecided, answer: { lacking } });
  expect(await env.decideAgain(2, { app: other })).toMatchObject({
    ...{ ...undecided, answer: { lacking } },
    was: { outcome: 'rejected', code: 'SOLD' },
  });
  const none = await compileApp(defineApp({}), 'none');
  expect(await env.decideAgain(3, { app: none })).toMatchObject({
    ...undecided,
    answer: { lacking: 'no handler of sell, and the request carries no changes' },
  });
  expect(await env.decideAgain(4, { app: none })).toMatchObject({
    ...undecided,
    answer: { lacking: 'no reducer max of best' },
  });
  expect(await env.nextFlip(0, { app: none })).toEqual({ flip: undefined, at: 5 });
  const refusing = defineApp({ requests: { note: { decide: () => reject('NO', 'no notes') } } });
  expect(await env.nextFlip(0, { app: await compileApp(refusing, 'refusing') })).toMatchObject({ at: 5 });
  await env.close();
});
