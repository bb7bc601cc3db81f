// Goal: a request is decided only by a process that knows what it means: old and new versions of an app work side by side,
// and none commits, or refuses for ever, what it does not understand. Method: workers and clients with several versions of an
// app on one environment in memory, in time that the test lets pass.
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { settle } from './timed-clock.ts';
import { all, Workplace, working } from './workplace.ts';

const count: Change = { op: 'add', key: 'orders', value: 1 };
const old: App = { requests: { create: { decide: () => [count] } } };
const newer: App = {
  requests: {
    ...old.requests,
    refund: {
      decide: () => [{ op: 'add', key: 'refunds', value: 1 }],
      compensate: () => [{ op: 'delete', key: 'refunds' }],
    },
    best: { reducers: { max: (value, argument) => Math.max(Number(value ?? 0), Number(argument)) } },
  },
};

let place: Workplace;
let plain: Environment;

beforeEach(async () => {
  place = new Workplace();
  plain = (await place.open()).env;
});

const unknown = { code: 'TYPE_UNKNOWN' };
const refund = { id: 'r', type: 'refund', payload: { order: 1 } };

describe('a queued request of a type that a worker does not know', () => {
  it('is left to a worker that knows it, which has it at once', async () => {
    const events = await working((await place.open(old)).env);
    await plain.enqueue(refund);
    await plain.enqueue({ id: 'c', type: 'create' });
    await settle();
    expect(await plain.find('c')).toMatchObject({ outcome: 'committed' });
    expect(await plain.find('r')).toBeUndefined();
    expect(events.of('left')).toMatchObject([
      { theme: 'request/refund', session: 'r', reason: expect.stringMatching(/no handler of refund/) },
    ]);
    const knows = await working((await place.open(newer)).env);
    await settle();
    expect(await plain.find('r')).toMatchObject({ outcome: 'committed' });
    expect(await plain.get('refunds')).toMatchObject({ value: 1 });
    await knows.worker.stop();
    expect(await events.worker.stop()).toMatchObject({ failed: 0, lost: 0 });
  });

  it('costs no record while it waits, and is told once', async () => {
    const { worker, of } = await working((await place.open(old)).env);
    await plain.enqueue(refund);
    await settle();
    const { position } = await plain.head();
    await place.clock.pass(600_000);
    expect((await plain.head()).position).toBe(position);
    expect(of('left')).toHaveLength(1);
    expect(await all(plain)).toMatchObject([{ id: 'r', status: 'ready', epoch: 0, attempts: 0 }]);
    expect(await worker.stop()).toMatchObject({ turns: 0, left: 1 });
  });

  it('holds up neither the end of a worker, nor those behind it that carry their changes', async () => {
    await plain.enqueue(refund);
    for (const id of ['a', 'b', 'c']) await plain.enqueue({ id, type: 'refund', changes: [count] });
    const { env } = await place.open(old);
    expect(await env.work({ untilEmpty: true, concurrency: 2 }).done).toMatchObject({ requests: 3, left: 1 });
    expect(await env.work({ once: true }).done).toMatchObject({ turns: 0, left: 1 });
    expect(await plain.get('orders')).toMatchObject({ value: 3 });
    expect((await all(plain)).map(({ id }) => id)).toEqual(['r']);
  });

  it('is decided once by several workers of which some know it', async () => {
    const envs = await Promise.all([old, newer, {}, newer].map(async (app) => (await place.open(app)).env));
    const workers = await Promise.all(envs.map((env) => working(env)));
    for (let i = 0; i < 40; i++) await plain.enqueue({ id: `q${i}`, type: i % 2 ? 'refund' : 'create' });
    await settle();
    await place.clock.pass(5_000);
    expect(await all(plain)).toEqual([]);
    expect([await plain.get('orders'), await plain.get('refunds')]).toMatchObject([{ value: 20 }, { value: 20 }]);
    for (const { worker } of workers) expect(await worker.stop()).toMatchObject({ failed: 0 });
  });

  it('is left also when its changes name a reducer that the app has not', async () => {
    const changes = [{ op: 'reduce' as const, key: 'top', reducer: 'max', value: 7 }];
    await plain.enqueue({ id: 'b', type: 'best', changes });
    expect(await plain.work({ untilEmpty: true }).done).toMatchObject({ turns: 0, left: 1 });
    await (await place.open(newer)).env.work({ untilEmpty: true }).done;
    expect(await plain.get('top')).toMatchObject({ value: 7 });
  });

  it('is tried again later when only its decision shows that the app lacks something', async () => {
    const changes = [{ op: 'reduce' as const, key: 'top', reducer: 'max', value: 7 }];
    await plain.enqueue({ id: 'b', type: 'best', changes });
    const { env } = await place.open({ requests: { best: {} } });
    expect(await env.work({ untilEmpty: true }).done).toMatchObject({ stored: 1, failed: 1 });
    expect(await all(plain)).toMatchObject([
      { id: 'b', status: 'stored', error: expect.stringMatching(/no reducer max of best/) },
    ]);
    await place.clock.pass(10_000);
    await (await place.open(newer)).env.work({ untilEmpty: true }).done;
    expect(await plain.get('top')).toMatchObject({ value: 7 });
  });

  it('is stuck as unknown while only such workers are alive, with the command that helps', async () => {
    await plain.enqueue(refund);
    expect(await plain.sessions.stuck()).toEqual([]);
    const { worker } = await working((await place.open(old)).env);
    await settle();
    const stuck = {
      reason: 'unknown',
      detail: 'no worker that is alive has a handler of refund',
      next: 'txlog work --app MODULE --theme request/refund',
    };
    expect(await plain.sessions.stuck()).toMatchObject([stuck]);
    await place.clock.pass(61_000);
    expect(await plain.sessions.stuck()).toMatchObject([stuck]);
    await worker.stop();
    const { detail, next } = stuck;
    expect(await plain.sessions.stuck()).toMatchObject([
      { reason: 'overdue', detail: expect.stringMatching(/nobody leads it/), next },
    ]);
    const knows = await working((await place.open(newer)).env);
    await settle();
    expect(await plain.sessions.stuck()).toEqual([]);
    await knows.worker.stop();
    expect(detail).toContain('refund');
  });
});

describe('a request that is submitted where its type is not known', () => {
  it.each([
    ['nothing but a type', {}],
    ['a payload', { payload: 1 }],
    ['conditions alone', { expect: [{ key: 'k', exists: false }] }],
    ['a name that every object has', { type: 'toString' }],
    ['a reducer', { changes: [{ op: 'reduce' as const, key: 'k', reducer: 'max', value: 1 }] }],
  ])('is refused with %s, and its id is as good as before', async (_, more) => {
    for (const env of [plain, (await place.open(old)).env]) {
      await expect(env.submit({ id: 'x', type: 'refund', ...more })).rejects.toMatchObject(unknown);
      expect(await env.preview([env.check({ id: 'x', type: 'refund', ...more })])).toMatchObject([{ error: unknown }]);
    }
    expect((await plain.head()).position).toBe(0);
    expect((await plain.submit({ id: 'x', type: 'refund', changes: [count] })).outcome).toBe('committed');
  });

  it('has its receipt everywhere once it was decided', async () => {
    const first = await (await place.open(newer)).env.submit(refund);
    expect(await plain.submit(refund)).toEqual({ ...first, duplicate: true });
  });

  it('is committed where the app names the type, without code, or by a process that hears it', async () => {
    const { env } = await place.open({
      requests: { note: {} },
      processes: { p: { on: { types: ['heard'] }, decide: () => undefined } },
    });
    for (const type of ['note', 'heard']) expect((await env.submit({ type, payload: 1 })).outcome).toBe('committed');
  });

  it('has the other requests of its atomic unit refused with it', async () => {
    const unit = [{ id: 'a', type: 'create' }, refund].map((input) => plain.check(input));
    const { env } = await place.open(old);
    expect(await env.submitChecked(unit, { atomic: true })).toMatchObject([
      { receipt: { rejection: { code: 'ATOMIC_ABORTED' } } },
      { error: unknown },
    ]);
    expect((await plain.head()).position).toBe(0);
  });
});

describe('what a handler decided, where the handler is not', () => {
  it('is not undone: its own handler may say how', async () => {
    const { env } = await place.open(newer);
    await env.submit(refund);
    await expect(plain.compensate('r')).rejects.toMatchObject(unknown);
    await expect(plain.planCompensation(['r'])).rejects.toMatchObject(unknown);
    expect((await env.compensate('r')).outcome).toBe('committed');
    expect(await plain.get('refunds')).toBeUndefined();
  });

  it('is folded the same, also through reducers', async () => {
    const { env } = await place.open(newer);
    await env.submit({ type: 'best', changes: [{ op: 'reduce', key: 'top', reducer: 'max', value: 7 }] });
    await env.submit({ id: 's', type: 'best', changes: [{ op: 'reduce', key: 'top', reducer: 'max', value: 9 }] });
    expect(await plain.get('top')).toEqual(await env.get('top'));
    expect(await plain.rescanVerify()).toMatchObject({ ok: true });
  });

  it('stands when the log is decided again by another app', async () => {
    const { env } = await place.open({ requests: { note: {} } });
    await env.submit({ type: 'note', payload: 1 });
    await (await place.open(newer)).env.submit(refund);
    expect(await plain.whatIf({ ...plain.app })).toMatchObject({
      decided: 0,
      undecided: 2,
      flips: 0,
      changedValues: 0,
    });
  });
});
