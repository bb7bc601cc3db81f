// Goal: a worker leads what is due, as many as it may, in a fair order, sees to what dead ones left, and ends in order.
// Method: several processes on one environment in memory, in time that the test lets pass.
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Advice, Turn } from '../../src/core/app/theme.ts';
import { limits } from '../../src/core/base/limits.ts';
import { settle } from './timed-clock.ts';
import { all, deferred, Workplace, working } from './workplace.ts';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

/** An app whose advisors wait until the test answers for them. */
function waiting(themes: readonly string[] = ['mail'], policy: object = {}) {
  const turns: Turn[] = [];
  const answers = new Map<string, (advice: Advice) => void>();
  const advisor = (turn: Turn) => {
    turns.push(turn);
    const { promise, resolve } = deferred<Advice>();
    answers.set(turn.session, resolve);
    return promise;
  };
  const app: App = { themes: Object.fromEntries(themes.map((theme) => [theme, { advisor, ...policy }])) };
  const answer = async (session: string, advice: Advice = { op: 'remove' }) => {
    answers.get(session)?.(advice);
    await settle();
  };
  return { app, turns, answer, led: () => turns.map(({ session }) => session) };
}

async function make(env: Awaited<ReturnType<Workplace['open']>>['env'], theme: string, ids: readonly string[]) {
  for (const id of ids) await env.sessions.create(theme, id, { id });
}

describe('what a worker leads', () => {
  it('is what waits, what comes, and what becomes due', async () => {
    const { app, led, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a']);
    await env.sessions.create('mail', 1, { id: 'later', delay: 60 });
    const { worker, of } = await working(env);
    await settle();
    expect(led()).toEqual(['a']);
    await answer('a');
    await make((await place.open()).env, 'mail', ['b']);
    await settle();
    expect(led()).toEqual(['a', 'b']);
    await answer('b');
    await place.clock.pass(59_000);
    expect(led()).toEqual(['a', 'b']);
    await place.clock.pass(1_000);
    expect(led()).toEqual(['a', 'b', 'later']);
    await answer('later');
    expect(await worker.stop()).toMatchObject({ turns: 3, removed: 3, lost: 0 });
    expect(of('started')).toMatchObject([{ themes: ['mail'], queues: true, lease: 30 }]);
    expect(of('ended')).toMatchObject([{ session: 'a', ended: 'removed', operations: 1 }, {}, {}]);
    expect(place.leases.all()).toEqual([]);
  });

  it('does not look for more while it has no place for it', async () => {
    const { app } = waiting(['mail', 'news']);
    const { env } = await place.open(app);
    await make(env, 'mail', ['a']);
    await env.sessions.create('news', 1, { id: 'b', delay: 5 });
    const { worker } = await working(env, { concurrency: 1 });
    await place.clock.pass(4_000);
    const timers = vi.spyOn(place.clock, 'after');
    await place.clock.pass(10_000);
    expect(timers.mock.calls.filter(([ms]) => ms < 100)).toEqual([]);
    await worker.kill();
  });

  it('is as much as it has places for, and more when one is free', async () => {
    const { app, led, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b', 'c', 'd']);
    const { worker } = await working(env, { concurrency: 2 });
    await settle();
    expect(led()).toEqual(['a', 'b']);
    await answer('b');
    expect(led()).toEqual(['a', 'b', 'c']);
    await worker.kill();
  });

  it('is of no theme more than that allows, and of each its share', async () => {
    const { app, led } = waiting(['bulk', 'rare']);
    const { env } = await place.open({ themes: { ...app.themes, bulk: { ...app.themes?.bulk, concurrency: 3 } } });
    await make(env, 'bulk', ['b1', 'b2', 'b3', 'b4', 'b5', 'b6']);
    await make(env, 'rare', ['r1', 'r2']);
    const { worker } = await working(env, { concurrency: 4 });
    await settle();
    expect(led().toSorted()).toEqual(['b1', 'b2', 'r1', 'r2']);
    await worker.kill();
    const { worker: wide } = await working(env, { concurrency: 10 });
    await place.clock.pass(1_000);
    expect(
      led()
        .slice(4)
        .filter((id) => id.startsWith('b')),
    ).toHaveLength(3);
    await wide.kill();
  });

  it('is of one order key one after another, and a parked one holds up only its own', async () => {
    const { app, led, answer } = waiting();
    const { env } = await place.open(app);
    for (const [id, order] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['b2', 'b'],
    ] as const) {
      await env.sessions.create('mail', id, { id, order });
    }
    const { worker } = await working(env);
    await settle();
    expect(led()).toEqual(['a1', 'b1']);
    await answer('a1', { op: 'park', error: 'wait' });
    await answer('b1');
    expect(led()).toEqual(['a1', 'b1', 'b2']);
    await env.sessions.remove('a1');
    await settle();
    expect(led()).toEqual(['a1', 'b1', 'b2', 'a2']);
    await worker.kill();
  });

  it('is nothing of a paused theme until it is resumed', async () => {
    const { app, led } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a']);
    await env.sessions.changeTheme('mail', { paused: true });
    const { worker } = await working(env);
    await place.clock.pass(5_000);
    expect(led()).toEqual([]);
    await env.sessions.changeTheme('mail', { paused: false });
    await settle();
    expect(led()).toEqual(['a']);
    await worker.kill();
  });

  it('is never led by two, however many workers there are', async () => {
    const seen: string[] = [];
    const advisor = ({ session, epoch }: Turn): Advice => {
      seen.push(`${session}/${epoch}`);
      return { op: 'remove' };
    };
    const app = { themes: { mail: { advisor } } };
    const { env } = await place.open(app);
    const ids = Array.from({ length: 200 }, (_, i) => `s-${i}`);
    await make(env, 'mail', ids);
    const workers = await Promise.all(
      [1, 2, 3, 4].map(
        async () => (await working((await place.open(app)).env, { untilEmpty: true, concurrency: 16 })).worker,
      ),
    );
    await place.clock.pass(20_000);
    const reports = await Promise.all(workers.map(({ done }) => done));
    expect(reports.reduce((sum, { removed }) => sum + removed, 0)).toBe(ids.length);
    expect(seen.toSorted()).toEqual(ids.map((id) => `${id}/1`).toSorted());
    expect((await env.rescanVerify()).problems).toEqual([]);
  });
});

describe('the end of a worker', () => {
  it('comes after one turn when it is asked for one', async () => {
    const { app, led, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b']);
    const { worker } = await working(env, { once: true });
    await settle();
    await answer('a');
    expect(await worker.done).toMatchObject({ turns: 1, removed: 1 });
    expect(led()).toEqual(['a']);
    await env.sessions.remove('b');
    expect(await (await working(env, { once: true })).worker.done).toMatchObject({ turns: 0 });
  });

  it('comes when nothing is due any more, if that is asked for', async () => {
    const app: App = {
      themes: { mail: { advisor: ({ step }) => (step === 0 ? { op: 'append', data: 1 } : { op: 'remove' }) } },
    };
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b', 'c']);
    await env.sessions.create('mail', 1, { delay: 60 });
    expect(await (await working(env, { untilEmpty: true, concurrency: 1 })).worker.done).toMatchObject({
      turns: 3,
      removed: 3,
    });
    expect(await all(env)).toHaveLength(1);
  });

  it('waits for the answers that are under way when it is stopped, and stores the rest at once', async () => {
    const { app, led, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b', 'c']);
    const { worker, of } = await working(env, { concurrency: 2 });
    await settle();
    const ended = worker.stop();
    await settle();
    await answer('a');
    await answer('b', { op: 'append', data: 'half' });
    expect(await ended).toMatchObject({ turns: 2, removed: 1, stored: 1, failed: 0 });
    expect(of('draining')).toEqual([{ type: 'draining', running: 2 }]);
    expect(led()).toEqual(['a', 'b']);
    expect(await all(env)).toMatchObject([
      { id: 'b', status: 'stored', attempts: 0, due: place.clock.now() },
      { id: 'c', status: 'ready' },
    ]);
  });

  it('stops by a signal as well', async () => {
    const { app } = waiting();
    const { env } = await place.open(app);
    const stop = new AbortController();
    const { worker } = await working(env, { signal: stop.signal });
    await settle();
    stop.abort();
    expect(await worker.done).toMatchObject({ turns: 0 });
    expect(await (await working(env, { signal: stop.signal })).worker.done).toMatchObject({ turns: 0 });
  });

  it('waits for no advisor when it is killed, and leaves nothing led', async () => {
    const { app, turns, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b']);
    const { worker } = await working(env);
    await settle();
    expect(await worker.kill()).toMatchObject({ turns: 2, stored: 2, failed: 0 });
    expect(turns.every(({ signal }) => signal.aborted)).toBe(true);
    await answer('a');
    // What was stopped did not fail.
    expect(await all(env)).toMatchObject([
      { status: 'stored', attempts: 0 },
      { status: 'stored', attempts: 0 },
    ]);
  });

  it('comes when who listens throws, with its error', async () => {
    const { app } = waiting();
    const { env } = await place.open(app);
    const worker = env.work({
      onEvent() {
        throw new Error('the log is full');
      },
    });
    await expect(worker.done).rejects.toThrow('the log is full');
    expect(place.leases.all()).toEqual([]);
  });

  it.each([
    ['a theme without an advisor', { themes: ['nobody'] }, 'THEME_NOT_FOUND'],
    ['no places', { concurrency: 0 }, 'USAGE'],
    ['half a place', { concurrency: 1.5 }, 'USAGE'],
    ['a lease of no length', { lease: 0 }, 'USAGE'],
    ['a lease of half a second', { lease: 0.5 }, 'USAGE'],
    ['a lease for ever', { lease: Number.POSITIVE_INFINITY }, 'USAGE'],
    ['a lease that is no number', { lease: Number.NaN }, 'USAGE'],
  ])('comes at once with %s', async (_, options, code) => {
    const { env } = await place.open();
    await expect(env.work(options).done).rejects.toMatchObject({ code });
  });
});

describe('a worker whose storage fails', () => {
  it('finds the sessions that it led without knowing', async () => {
    const { app, led, answer } = waiting();
    const { env, storage } = await place.open(app);
    await make(env, 'mail', ['a', 'b']);
    storage.plan(1, 'fail-after');
    const { worker, of } = await working(env);
    await place.clock.pass(1_000);
    expect(led()).toEqual(['a', 'b']);
    await answer('a');
    await answer('b');
    expect(await worker.stop()).toMatchObject({ removed: 2 });
    expect(of('error')).toMatchObject([{ inRow: 1 }]);
  });

  it('makes an orderly emergency stop when the engine takes no more work', async () => {
    const { app, answer } = waiting();
    const { env, storage } = await place.open(app);
    await make(env, 'mail', ['a']);
    const { worker, events } = await working(env);
    await settle();
    for (let n = 1; n <= limits.commitFailuresMax; n++) storage.plan(n, 'fail-before');
    await answer('a');
    await place.clock.pass(5_000);
    const report = await worker.done;
    expect(report).toMatchObject({ turns: 1, lost: 1, emergency: { code: 'EMERGENCY_STOP' } });
    expect(events.at(-1)).toEqual({ type: 'stopped', report });
    // Its lease is left to run out, so that the janitor finds what it led.
    await place.clock.pass(30_000);
    const { env: other } = await place.open();
    expect(await other.sessions.recoverOrphans()).toMatchObject([{ session: 'a', ended: 'stored' }]);
    expect(place.leases.all()).toEqual([]);
  });

  it('stops after a bounded number of errors in a row that the engine survives', async () => {
    const before = limits.workerErrorsMax;
    Object.assign(limits, { workerErrorsMax: 2 });
    onTestFinished(() => void Object.assign(limits, { workerErrorsMax: before }));
    const { app, led } = waiting();
    const { env, storage } = await place.open(app);
    await make(env, 'mail', ['a']);
    storage.plan(1, 'fail-before');
    storage.plan(2, 'fail-before');
    const { worker } = await working(env);
    await place.clock.pass(5_000);
    expect(await worker.done).toMatchObject({ turns: 0, emergency: { code: 'EMERGENCY_STOP' } });
    expect(led()).toEqual([]);
  });

  it('survives an error that all its turns get', async () => {
    const { env, storage } = await place.open({ themes: { mail: { advisor: () => ({ op: 'remove' }) } } });
    const ids = Array.from({ length: limits.workerErrorsMax + 2 }, (_, i) => `s${i}`);
    await make(env, 'mail', ids);
    storage.plan(2, 'fail-before');
    const { worker, of } = await working(env, { concurrency: ids.length, untilEmpty: true });
    await place.clock.pass(5_000);
    expect(of('error')).toMatchObject([{ inRow: 1 }]);
    expect((await worker.done).emergency).toBeUndefined();
    expect(await worker.done).toMatchObject({ stored: ids.length, failed: ids.length });
  });

  it('goes on when an advisor throws what gives no text', async () => {
    const odd = Object.assign(new Error('x'), { message: { code: 1 } });
    const thrown = [Object.create(null), odd, Symbol('s'), undefined];
    const advisor = ({ data: [i] }: Turn): Advice => {
      throw thrown[i as number];
    };
    const { env } = await place.open({ themes: { mail: { advisor, attempts: 1 } } });
    for (const i of thrown.keys()) await env.sessions.create('mail', i, { id: `s${i}` });
    const { worker } = await working(env, { untilEmpty: true });
    await place.clock.pass(1_000);
    expect(await worker.done).toMatchObject({ parked: thrown.length });
    const errors = (await all(env)).map(({ id, error }) => `${id} ${error}`).sort();
    expect(errors).toEqual(['s0 an error that gives no text', 's1 [object Object]', 's2 Symbol(s)', 's3 undefined']);
  });
});

describe('the janitor of a worker', () => {
  it('stores what a dead one led, at once the first time, and another leads it with the old one fenced', async () => {
    const { app, turns, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a']);
    const dead = place.leases.hold({ id: 'dead', lease: 30 });
    await env.sessions.lead({ session: 'a' }, 'dead', 30);
    const { worker, of } = await working(env);
    await place.clock.pass(29_000);
    expect(turns).toEqual([]);
    await place.clock.pass(2_000);
    expect(of('mended')).toMatchObject([{ session: 'a', theme: 'mail', epoch: 1, ended: 'stored' }]);
    expect(turns).toMatchObject([{ session: 'a', epoch: 2, error: expect.stringContaining('operator dead') }]);
    expect(await env.sessions.remove('a', { epoch: 1 })).toMatchObject({ rejection: { code: 'SESSION_FENCED' } });
    expect(dead.renew()).toBe(false);
    expect(place.leases.look('dead')).toMatchObject({ why: 'gone' });
    await answer('a');
    expect(await worker.stop()).toMatchObject({ mended: 1, removed: 1 });
  });

  it('does no harm when there are several', async () => {
    const { env } = await place.open();
    const { env: other } = await place.open();
    await make(env, 'mail', ['a', 'b', 'c']);
    for (const session of ['a', 'b', 'c']) await env.sessions.lead({ session }, 'nobody', 30);
    expect(await env.sessions.recoverOrphans()).toEqual([]);
    await place.clock.pass(30_000);
    const runs = await Promise.all([
      env.sessions.recoverOrphans(),
      other.sessions.recoverOrphans(),
      env.sessions.recoverOrphans(),
    ]);
    expect(
      runs
        .flat()
        .map(({ session }) => session)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
  });

  it('parks what has killed too many', async () => {
    const { env } = await place.open({ themes: { mail: { attempts: 3, backoff: { first: 4, max: 4 } } } });
    await make(env, 'mail', ['a']);
    const dues: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await env.sessions.lead({ session: 'a' }, `dead-${attempt}`, 1);
      await place.clock.pass(1_000);
      const [mended] = await env.sessions.recoverOrphans();
      dues.push(((await env.sessions.get('a'))?.due ?? 0) - place.clock.now());
      expect(mended?.ended).toBe(attempt === 3 ? 'parked' : 'stored');
      await place.clock.pass(4_000);
    }
    expect(dues.slice(0, 2)).toEqual([0, 3_000]);
    expect(await all(env)).toMatchObject([
      { status: 'parked', attempts: 3, error: expect.stringContaining('is gone') },
    ]);
  });

  it('leaves alone what is led by who is alive, whatever the wall clock does', async () => {
    const { app } = waiting(['mail'], { timeout: 100_000 });
    const { env } = await place.open(app);
    await make(env, 'mail', ['a']);
    const { worker } = await working(env);
    await settle();
    const { env: other } = await place.open(app);
    const { worker: second, of } = await working(other);
    for (const ms of [3_600_000, -7_200_000, 86_400_000]) {
      place.clock.jump(ms);
      await place.clock.pass(40_000);
    }
    expect(of('mended')).toEqual([]);
    expect(await all(env)).toMatchObject([{ status: 'active', epoch: 1 }]);
    await second.stop();
    await worker.kill();
  });
});

describe('a worker that was stopped for longer than its lease', () => {
  it('notices before it leads anything in the old name', async () => {
    const { app, turns } = waiting();
    const { env } = await place.open(app);
    const { worker, of } = await working(env);
    await settle();
    const { env: other } = await place.open();
    place.clock.sleep(31_000);
    // It wakes by what another writes, before any of its timers.
    await make(other, 'mail', ['a']);
    await settle();
    expect(of('lease-lost')).toHaveLength(1);
    expect(turns).toHaveLength(1);
    const { operator } = (await env.sessions.get('a')) ?? {};
    expect(place.leases.look(operator ?? '')).toMatchObject({ alive: true });
    await worker.kill();
  });

  it('keeps its lease as long as that lasts when it cannot be renewed', async () => {
    const { app, turns } = waiting();
    const { env } = await place.open(app);
    const held = place.leases.hold;
    place.leases.hold = (operator) => {
      const lease = held(operator);
      let failures = 2;
      const renew = () => {
        if (failures-- > 0) throw new Error('the disk is full');
        return lease.renew();
      };
      return { operator: lease.operator, renew, end: () => lease.end() };
    };
    await make(env, 'mail', ['a']);
    const { worker, of } = await working(env);
    await place.clock.pass(29_000);
    expect(turns[0]?.signal.aborted).toBe(false);
    expect(of('lease-lost')).toEqual([]);
    await worker.kill();
  });

  it('does nothing more in the old name, and goes on in a new one', async () => {
    const { app, turns, answer } = waiting();
    const { env } = await place.open(app);
    await make(env, 'mail', ['a', 'b']);
    const { worker, of } = await working(env, { concurrency: 1 });
    await settle();
    place.clock.sleep(31_000);
    const { env: other } = await place.open();
    const mended = await other.sessions.recoverOrphans();
    await place.clock.pass(1_000);
    // Whoever was first: the worker is a janitor itself.
    expect([...mended, ...of('mended')]).toMatchObject([{ session: 'a', epoch: 1, ended: 'stored' }]);
    expect(turns[0]?.signal.aborted).toBe(true);
    expect(of('lease-lost')).toHaveLength(1);
    expect(turns.map(({ session, epoch }) => `${session}/${epoch}`)).toEqual(['a/1', 'b/1']);
    await answer('b');
    expect(turns.map(({ session, epoch }) => `${session}/${epoch}`)).toEqual(['a/1', 'b/1', 'a/2']);
    await answer('a');
    expect(await worker.stop()).toMatchObject({ turns: 3, removed: 2, lost: 1 });
    expect(place.leases.all()).toEqual([]);
  });
});
