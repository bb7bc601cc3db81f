// Goal: one turn of an operator ends well, or leaves its session stored or parked, whatever its advisor and the storage
// do. Method: advisors that fail, lie and hang, storage that fails at each write, in time that the test lets pass.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Advice, Turn } from '../../src/core/app/theme.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { FaultyStorage } from '../sim/faulty-storage.ts';
import { settle } from './timed-clock.ts';
import { all, deferred, Workplace } from './workplace.ts';

let place: Workplace;
let env: Environment;
let storage: FaultyStorage;

beforeEach(async () => {
  place = new Workplace();
  ({ env, storage } = await place.open());
  await env.sessions.create('mail', { to: 'ann' }, { id: 's-1' });
});

const remove = (): Advice => ({ op: 'remove' });

describe('a turn that goes well', () => {
  it('tells the advisor what the session is, and does what it answers until that ends the turn', async () => {
    const turns: Turn[] = [];
    const report = await env.lead('mail', (turn) => {
      turns.push(turn);
      if (turn.step === 0) return { op: 'append', data: { tried: 1 } };
      if (turn.step === 1) return { op: 'append', data: new Uint8Array([1, 2]) };
      return turn.step === 2 ? { op: 'replace', data: 'done' } : { op: 'remove' };
    });
    expect(report).toEqual({ session: 's-1', epoch: 1, ended: 'removed', operations: 4 });
    expect(turns.map(({ data }) => data)).toEqual([
      [{ to: 'ann' }],
      [{ to: 'ann' }, { tried: 1 }],
      [{ to: 'ann' }, { tried: 1 }, new Uint8Array([1, 2])],
      ['done'],
    ]);
    expect(turns[0]).toMatchObject({
      session: 's-1',
      theme: 'mail',
      epoch: 1,
      attempts: 1,
      createdAt: place.clock.now(),
    });
    expect(() => Object.assign(turns[0]?.data[0] as object, { to: 'bob' })).toThrow(TypeError);
    expect(await all(env)).toEqual([]);
    expect(place.leases.all()).toEqual([]);
  });

  it('lets the session sleep as long as the advisor says, without an attempt lost', async () => {
    const report = await env.lead('mail', () => ({ op: 'store', seconds: 60 }));
    expect(report).toMatchObject({ ended: 'stored' });
    expect(await all(env)).toMatchObject([{ status: 'stored', attempts: 0, due: place.clock.now() + 60_000 }]);
    expect(await env.lead('mail', remove)).toMatchObject({ ended: 'idle', session: undefined });
    await place.clock.pass(60_000);
    expect(await env.lead('mail', remove)).toMatchObject({ ended: 'removed', epoch: 2 });
  });

  it('parks what the advisor sets aside', async () => {
    const report = await env.lead('mail', () => ({ op: 'park', error: 'ask Ann' }));
    expect(report).toEqual({ session: 's-1', epoch: 1, ended: 'parked', operations: 1, reason: 'ask Ann' });
    expect(await all(env)).toMatchObject([{ status: 'parked', error: 'ask Ann' }]);
  });

  it('leads the session that is named', async () => {
    await env.sessions.create('mail', 2, { id: 's-2' });
    // Who names it means it: also before it is due, and while its theme is paused.
    await env.sessions.store('s-2', 60);
    await env.sessions.changeTheme('mail', { paused: true });
    expect(await env.lead('mail', remove)).toMatchObject({ ended: 'idle' });
    expect(await env.lead('mail', remove, { session: 's-2' })).toMatchObject({ session: 's-2', ended: 'removed' });
    await expect(env.lead('mail', remove, { session: 's-2' })).rejects.toMatchObject({ code: 'SESSION_GONE' });
    await env.sessions.lead({ session: 's-1' }, 'another', 30);
    await expect(env.lead('mail', remove, { session: 's-1' })).rejects.toMatchObject({ code: 'SESSION_BUSY' });
  });
});

describe('the lease of a lead', () => {
  it.each([0, 0.5, -1, Number.NaN, 1e12])('is not %d', async (lease) => {
    await expect(env.lead('mail', remove, { policy: { lease } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(env.sessions.lead({ theme: 'mail' }, 'op', lease)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await all(env)).toMatchObject([{ status: 'ready' }]);
  });
});

const failing: readonly (readonly [string, (turn: Turn) => unknown, RegExp])[] = [
  [
    'throws',
    () => {
      throw new Error('no net');
    },
    /^no net$/,
  ],
  [
    'throws no error',
    () => {
      throw 'words';
    },
    /^words$/,
  ],
  ['rejects', () => Promise.reject(new Error('later')), /^later$/],
  ['answers nothing', () => undefined, /answers with an operation/],
  ['answers null', () => null, /answers with an operation/],
  ['answers a text', () => 'remove', /answers with an operation/],
  ['answers an unknown operation', () => ({ op: 'delete' }), /op is one of/],
  ['answers an inherited name', () => ({ op: 'toString' }), /op is one of/],
  ['answers a misspelt field', () => ({ op: 'store', second: 5 }), /no field "second"/],
  ['leaves a field out', () => ({ op: 'store' }), /needs seconds/],
  ['stores for a negative time', () => ({ op: 'store', seconds: -1 }), /seconds/],
  ['stores for no number', () => ({ op: 'store', seconds: '5' }), /seconds/],
  ['appends what is no JSON', () => ({ op: 'append', data: { at: new Date(0) } }), /data/],
  ['appends an inexact number', () => ({ op: 'append', data: Number.NaN }), /data/],
  ['appends too much', () => ({ op: 'append', data: 'x'.repeat(2 ** 20 + 1) }), /over the limit/],
];

describe('a turn that fails', () => {
  it.each(failing)('stores the session with a back-off when the advisor %s', async (_, advisor, error) => {
    const policy = { backoff: { first: 8, factor: 2, max: 20 }, attempts: 4 };
    const lead = () => env.lead('mail', advisor as () => Advice, { policy });
    for (const seconds of [6, 12, 15]) {
      const report = await lead();
      expect(report).toMatchObject({ ended: 'stored', operations: 0, error: expect.stringMatching(error) });
      expect(await all(env)).toMatchObject([
        { status: 'stored', due: place.clock.now() + seconds * 1000, error: expect.stringMatching(error) },
      ]);
      await place.clock.pass(seconds * 1000);
    }
    expect(await lead()).toMatchObject({ ended: 'parked' });
    expect(await all(env)).toMatchObject([{ status: 'parked', attempts: 4, error: expect.stringMatching(error) }]);
  });

  it('tells the next turn why, and counts attempts anew after one that went well', async () => {
    await env.lead('mail', () => Promise.reject(new Error('no net')));
    await place.clock.pass(1_000);
    let seen: Turn | undefined;
    await env.lead('mail', (turn) => {
      seen = turn;
      return { op: 'store', seconds: 0 };
    });
    expect(seen).toMatchObject({ attempts: 2, error: 'no net' });
    await env.lead('mail', (turn) => {
      seen = turn;
      return { op: 'remove' };
    });
    expect(seen).toMatchObject({ attempts: 1, error: undefined });
  });

  it('waits for an advisor no longer than its timeout, and tells it', async () => {
    let signal: AbortSignal | undefined;
    const late = deferred<Advice>();
    const advisor = (turn: Turn) => {
      signal = turn.signal;
      return late.promise;
    };
    const turn = env.lead('mail', advisor, { policy: { timeout: 5, lease: 600 } });
    await place.clock.pass(5_000);
    expect(await turn).toMatchObject({ ended: 'stored', error: 'the advisor took longer than 5 s' });
    expect(signal?.aborted).toBe(true);
    late.resolve({ op: 'remove' });
    await settle();
    expect(await all(env)).toHaveLength(1);
  });

  it('ends where it is when the caller says so', async () => {
    const stop = new AbortController();
    const turn = env.lead('mail', () => new Promise<Advice>(() => {}), { signal: stop.signal });
    await settle();
    stop.abort();
    const report = await turn;
    expect(report).toMatchObject({ ended: 'stored', reason: 'its worker was stopped' });
    expect(report.error).toBeUndefined();
  });

  it('loses no attempt when it was stopped, and keeps the error of the one before', async () => {
    const policy = { attempts: 2, backoff: { first: 0 } };
    await env.lead('mail', () => Promise.reject(new Error('no net')), { policy });
    for (let restart = 0; restart < 5; restart++) {
      const stop = new AbortController();
      const turn = env.lead('mail', () => new Promise<Advice>(() => {}), { policy, signal: stop.signal });
      await settle();
      stop.abort();
      expect(await turn).toMatchObject({ ended: 'stored' });
      expect(await all(env)).toMatchObject([{ status: 'stored', attempts: 1, error: 'no net' }]);
    }
  });

  it('keeps what it did before it failed', async () => {
    const report = await env.lead('mail', ({ step }) => {
      if (step === 1) throw new Error('half way');
      return { op: 'append', data: 'first' };
    });
    expect(report).toMatchObject({ ended: 'stored', operations: 1, error: 'half way' });
    expect(await env.sessions.data('s-1')).toEqual([{ to: 'ann' }, 'first']);
  });

  it('shortens errors without end', async () => {
    await env.lead('mail', () => Promise.reject(new Error('x'.repeat(5_000))));
    expect((await all(env))[0]?.error).toHaveLength(500);
  });
});

describe('a turn that another ends', () => {
  it.each([
    ['removes the session', () => env.sessions.remove('s-1', { force: true }), 'removed'],
    ['parks the session', () => env.sessions.park('s-1', 'hold on', { force: true }), 'parked'],
  ])('does nothing more once somebody %s', async (_, takeAway, ended) => {
    const report = await env.lead('mail', async () => {
      await takeAway();
      return { op: 'append', data: 'too late' };
    });
    expect(report).toMatchObject({ ended, operations: 0 });
  });

  it('does nothing more once another leads the session', async () => {
    const report = await env.lead('mail', async () => {
      await env.sessions.ready('s-1', { force: true });
      await env.sessions.lead({ session: 's-1' }, 'another', 30);
      return { op: 'remove' };
    });
    expect(report).toMatchObject({ ended: 'lost', operations: 0 });
    expect(await all(env)).toMatchObject([{ status: 'active', epoch: 2, operator: 'another' }]);
  });

  it('does nothing more once its lease is lost, and tells the advisor', async () => {
    const answer = deferred<Advice>();
    let signal: AbortSignal | undefined;
    const advisor = (turn: Turn) => {
      signal = turn.signal;
      return answer.promise;
    };
    const turn = env.lead('mail', advisor, { policy: { lease: 30 } });
    await settle();
    place.clock.sleep(31_000);
    await place.clock.pass(0);
    expect(await turn).toMatchObject({ ended: 'lost' });
    expect(signal?.aborted).toBe(true);
    expect(await env.sessions.recoverOrphans()).toMatchObject([{ session: 's-1', ended: 'stored', epoch: 1 }]);
    answer.resolve({ op: 'remove' });
    await settle();
    expect(await all(env)).toMatchObject([{ status: 'stored' }]);
  });

  it('keeps its lease as long as it takes', async () => {
    const answer = deferred<Advice>();
    const turn = env.lead('mail', () => answer.promise, { policy: { lease: 30, timeout: 3_600 } });
    await place.clock.pass(600_000);
    expect(await env.sessions.recoverOrphans()).toEqual([]);
    answer.resolve({ op: 'remove' });
    expect(await turn).toMatchObject({ ended: 'removed' });
  });
});

describe('storage that fails', () => {
  // Writes of a turn: lead, append, remove. The one that fails is told as failed, whether it was done or not.
  it.each([
    [1, 'fail-before'],
    [1, 'fail-after'],
    [2, 'fail-before'],
    [2, 'fail-after'],
    [3, 'fail-before'],
    [3, 'fail-after'],
  ] as const)('at write %i, %s, leaves no session that is led', async (n, fault) => {
    storage.plan(n, fault);
    const turn = env.lead('mail', ({ step }) => (step === 0 ? { op: 'append', data: 1 } : { op: 'remove' }));
    const [outcome] = await Promise.allSettled([turn, place.clock.pass(10_000)]);
    expect((await all(env)).filter(({ status }) => status === 'active')).toEqual([]);
    const isUndone = n === 1 && fault === 'fail-before';
    expect(outcome.status).toBe(isUndone ? 'rejected' : 'fulfilled');
    if (n === 3 && fault === 'fail-after') expect(outcome).toMatchObject({ value: { ended: 'removed' } });
  });

  it('is tried again until the session is stored', async () => {
    // The engine stops after three failed commits in a row: one less.
    storage.plan(2, 'fail-before');
    storage.plan(3, 'fail-before');
    const turn = env.lead('mail', remove);
    await place.clock.pass(1_000);
    expect(await turn).toMatchObject({ ended: 'stored', error: expect.stringContaining('injected') });
  });

  it('that stops the engine leaves the session to the janitor of another', async () => {
    for (const n of [2, 3, 4]) storage.plan(n, 'fail-before');
    const turn = env.lead('mail', remove);
    await place.clock.pass(5_000);
    expect(await turn).toMatchObject({ ended: 'lost' });
    const { env: other } = await place.open();
    expect(await other.sessions.recoverOrphans()).toEqual([]);
    await place.clock.pass(31_000);
    expect(await other.sessions.recoverOrphans()).toMatchObject([{ session: 's-1', ended: 'stored' }]);
  });
});
