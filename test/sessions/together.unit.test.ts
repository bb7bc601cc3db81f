// Goal: what turns ask for at the same time is done in one go, and each gets its own answer or error.
// Method: an environment in memory that counts the calls, and fails on demand.
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { coalesceOperations, coalesceReads } from '../../src/sessions/turn/coalesce.ts';
import { Workplace } from './workplace.ts';

type Opened = Awaited<ReturnType<Workplace['open']>>;
let env: Opened['env'];
let storage: Opened['storage'];

beforeEach(async () => {
  ({ env, storage } = await new Workplace().open());
  await env.sessions.create('mail', 1, { id: 'a' });
  await env.sessions.create('mail', 1, { id: 'b' });
});

describe('reads at the same time', () => {
  it('are of one snapshot, and an error is of one only', async () => {
    let reads = 0;
    const { read } = coalesceReads({
      read: (work) => {
        reads += 1;
        return env.read(work);
      },
    });
    const bad = () => {
      throw new Error('bad');
    };
    const [first, second, third] = await Promise.allSettled([
      read(({ head }) => head.position),
      read(bad),
      read(Object),
    ]);
    expect(first).toEqual({ status: 'fulfilled', value: 3 - 1 });
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'bad' } });
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(reads).toBe(1);
    await read(Object);
    expect(reads).toBe(2);
  });

  it('all fail when there is no snapshot', async () => {
    await env.close();
    const { read } = coalesceReads(env);
    const outcomes = await Promise.allSettled([read(Object), read(Object)]);
    expect(outcomes).toMatchObject([{ reason: { code: 'ENV_CLOSED' } }, { reason: { code: 'ENV_CLOSED' } }]);
  });
});

describe('operations at the same time', () => {
  const remove = (session: string, bytes = 0) => ({ op: 'remove', session, bytes }) as const;

  it('are one call, with a result for each', async () => {
    let calls = 0;
    const process: typeof env.process = (tasks) => {
      calls += 1;
      return env.process(tasks);
    };
    const operate = coalesceOperations(
      new Proxy(env, { get: (of, name) => (name === 'process' ? process : Reflect.get(of, name)) }),
    );
    const made = { op: 'new', session: 'a', theme: 'other', chunk: { data: 2 }, bytes: 1 } as const;
    const outcomes = await Promise.allSettled([
      operate(remove('a')),
      operate(remove('x')),
      operate(made),
      operate(remove('b')),
    ]);
    expect(outcomes).toMatchObject([
      { value: { ok: true, session: 'a' } },
      { value: { ok: false, rejection: { code: 'SESSION_GONE' } } },
      { reason: { code: 'REQUEST_ID_CONFLICT' } },
      { value: { ok: true, session: 'b' } },
    ]);
    expect(calls).toBe(1);
    // More than a batch holds is cut where one ends.
    const large = limits.batchBytesMax;
    const again = await Promise.all([operate(remove('a', large)), operate(remove('b', large))]);
    expect(again).toMatchObject([{ ok: false }, { ok: false }]);
    expect(calls).toBe(3);
  });

  it('all fail when the log cannot be written', async () => {
    storage.plan(1, 'fail-before');
    const operate = coalesceOperations(env);
    const outcomes = await Promise.allSettled([operate(remove('a')), operate(remove('b'))]);
    expect(outcomes).toMatchObject([{ reason: { code: 'STORAGE_FAILED' } }, { reason: { code: 'STORAGE_FAILED' } }]);
    expect(await operate(remove('a'))).toMatchObject({ ok: true });
  });
});
