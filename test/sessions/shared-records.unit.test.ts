// Goal: what a worker does with several sessions at once is one record, and comes to what records of their own would.
// Method: random operations on one environment with the mark of turns, and on another one without; then workers.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../../src/core/app/theme.ts';
import { present } from '../../src/core/base/assert.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { resultOrThrow } from '../../src/pipeline/7-respond.ts';
import type { WorkEvent } from '../../src/sessions/turn/work-events.ts';
import { settle } from './timed-clock.ts';
import { all, deferred, Workplace, working } from './workplace.ts';

let place: Workplace;
let env: Environment;

beforeEach(async () => {
  place = new Workplace();
  ({ env } = await place.open());
});

async function records(of = env) {
  const found = [];
  for await (const page of of.pages({})) found.push(...page);
  return found;
}

const make = async (count: number, of = env) => {
  for (let i = 0; i < count; i++)
    await of.sessions.create('mail', i, { id: `s${i}`, ...(i % 3 === 0 && { order: 'line' }) });
};

/** What each session came to, without the positions, which differ. */
async function outcomes(of: Environment) {
  return (await all(of)).map(({ id, status, epoch, attempts, error, operator, chunks }) => ({
    ...{ id, status, epoch, attempts, error, operator, chunks },
  }));
}

describe('operations of turns', () => {
  const sessions = fc.integer({ min: 0, max: 7 }).map((i) => `s${i}`);
  const operations: fc.Arbitrary<Operation> = fc.oneof(
    sessions.map((session) => ({ op: 'lead', session, operator: 'w', lease: 60 }) as const),
    fc.constant({ op: 'lead', theme: 'mail', operator: 'w', lease: 60 } as const),
    sessions.map((session) => ({ op: 'remove', session, force: true }) as const),
    sessions.map((session) => ({ op: 'park', session, error: 'no', force: true }) as const),
    sessions.map((session) => ({ op: 'store', session, seconds: 0, epoch: 1 }) as const),
    sessions.map((session) => ({ op: 'append', session, chunk: { data: 1 }, force: true }) as const),
  );

  it('come to the same in one record as in many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 1, maxLength: 40 }), async (asked) => {
        const { env: alone } = await new Workplace().open();
        const { env: shared } = await new Workplace().open();
        await Promise.all([make(8, alone), make(8, shared)]);
        const own = (await alone.process(asked)).map(resultOrThrow);
        const marked = asked.map((operation) =>
          operation.op === 'append' ? operation : ({ ...operation, grouped: true } as Operation),
        );
        const together = (await shared.process(marked)).map(resultOrThrow);
        const whatOf = (results: typeof own) =>
          results.map((result) =>
            result.ok
              ? { session: result.session, epoch: result.now?.epoch, status: result.now?.status }
              : { idle: result.idle, ...(!result.idle && { code: result.rejection.code }) },
          );
        expect(whatOf(together)).toEqual(whatOf(own));
        expect(await outcomes(shared)).toEqual(await outcomes(alone));
        expect((await shared.head()).counts.sessions).toBe((await alone.head()).counts.sessions);
        expect((await shared.rescanVerify()).problems).toEqual([]);
        for (const { changes } of await records(shared)) {
          const keys = changes.map(({ key }) => key);
          if (changes.some(({ op }) => op === 'session.lead')) expect(new Set(keys).size).toBe(keys.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('share a record up to its limit, and none with a request between them, or with the same session', async () => {
    await make(70);
    const before = (await env.head()).position;
    const lead = (i: number) => ({ op: 'lead', session: `s${i}`, operator: 'w', lease: 60, grouped: true }) as const;
    const ready = Array.from({ length: 70 }, (_, i) => i).filter((i) => i % 3 !== 0);
    await env.process(ready.map(lead));
    expect((await env.head()).position).toBe(before + 1);
    const remove = (i: number) => ({ op: 'remove', session: `s${i}`, epoch: 1, grouped: true }) as const;
    await env.process([
      remove(1),
      env.check({ id: 'r', type: 'touch', changes: [{ op: 'add', key: 'k', value: 1 }] }),
      remove(2),
    ]);
    const store = { op: 'store', session: 's4', epoch: 1, seconds: 0, grouped: true } as const;
    await env.process([store, { op: 'remove', session: 's4', grouped: true }]);
    expect((await env.head()).position).toBe(before + 1 + 3 + 2);
    const { env: many } = await place.open();
    await many.process(
      Array.from({ length: 100 }, (_, i) => ({ op: 'new', session: `n${i}`, theme: 'n', chunk: { data: i } })),
    );
    const start = (await many.head()).position;
    await many.process(
      Array.from({ length: 100 }, () => ({ op: 'lead', theme: 'n', operator: 'w', lease: 60, grouped: true })),
    );
    expect((await many.head()).position).toBe(start + Math.ceil(100 / limits.groupedChangesMax));
  });

  it('have a record each where a caller asks, whatever marks it makes', async () => {
    await make(3);
    const before = (await env.head()).position;
    const remove = (session: string) => ({ op: 'remove', session, grouped: true }) as const;
    const made = { op: 'new', session: 'x', theme: 'mail', chunk: { data: 1 }, lead: { operator: 'w', lease: 60 } };
    await env.operate([remove('s1'), remove('s2'), made as Operation]);
    expect((await env.head()).position).toBe(before + 3);
    expect(await env.sessions.get('x')).toMatchObject({ status: 'ready', epoch: 0 });
  });
});

describe('a worker', () => {
  it('leads many in one record, and ends their turns in one', async () => {
    await make(20);
    const before = (await env.head()).position;
    const { env: other } = await place.open({ themes: { mail: { advisor: () => ({ op: 'remove' }) } } });
    await other.work({ concurrency: 32, untilEmpty: true }).done;
    const written = (await records()).filter(({ position }) => position > before);
    // The first look leads 13 of 14: of a line, one after another.
    expect(written.map(({ changes }) => changes.length).at(0)).toBe(14);
    expect(written.length).toBeLessThan(20);
    expect((await env.head()).counts.sessions).toBe(0);
  });
});

describe('a session that is made where a worker is idle', () => {
  const ops = async (id: string) =>
    (await records()).flatMap(({ position, changes }) =>
      changes.filter(({ key }) => key.endsWith(id)).map(({ op }) => `${op} ${position}`),
    );

  function waiting(concurrency?: number) {
    const turns = new Map<string, ReturnType<typeof deferred<{ readonly op: 'remove' }>>>();
    const advisor = ({ session }: Turn) => {
      const turn = deferred<{ readonly op: 'remove' }>();
      turns.set(session, turn);
      return turn.promise;
    };
    const theme = { advisor, ...(concurrency !== undefined && { concurrency }) };
    const end = (session: string) => present(turns.get(session), 'turn').resolve({ op: 'remove' });
    return { app: { themes: { mail: theme, fax: theme } }, turns, end };
  }

  async function idle(concurrency = 2) {
    const { app, turns, end } = waiting();
    const opened = await place.open(app);
    const { worker } = await working(opened.env, { concurrency });
    await settle();
    return { ...opened, worker, turns, end };
  }

  it('is led in the record that makes it', async () => {
    const { env: here, worker, end, turns } = await idle();
    const made = await here.sessions.create('mail', 1, { id: 'a' });
    expect(made).toMatchObject({ ok: true, now: { status: 'active', epoch: 1 } });
    await settle();
    expect([...turns.keys()]).toEqual(['a']);
    expect(await ops('a')).toEqual(['session.new 1', 'session.lead 1']);
    end('a');
    await settle();
    expect(await worker.stop()).toMatchObject({ turns: 1, removed: 1 });
  });

  it('waits like any other: without a place, for later, in a line, paused, or made twice', async () => {
    const { env: here, worker, end } = await idle();
    await here.sessions.create('mail', 1, { id: 'later', delay: 60 });
    expect(await here.sessions.create('mail', 1, { id: 'a', order: 'k' })).toMatchObject({ now: { status: 'active' } });
    expect(await here.sessions.create('mail', 1, { id: 'b', order: 'k' })).toMatchObject({ now: { status: 'behind' } });
    expect(await here.sessions.create('mail', 1, { id: 'a', order: 'k' })).toMatchObject({ duplicate: true });
    await here.sessions.changeTheme('fax', { paused: true });
    expect(await here.sessions.create('fax', 1, { id: 'f' })).toMatchObject({ now: { status: 'ready' } });
    await here.sessions.create('mail', 1, { id: 'c' });
    await settle();
    expect(await here.sessions.create('mail', 1, { id: 'd' })).toMatchObject({ now: { status: 'ready' } });
    end('a');
    await settle();
    // Its place goes to the first that is due.
    expect(await here.sessions.get('b')).toMatchObject({ status: 'active' });
    for (const id of ['b', 'c']) end(id);
    await settle();
    end('d');
    await settle();
    expect(await worker.stop()).toMatchObject({ turns: 4, removed: 4, lost: 0, failed: 0 });
  });

  it('does not go before one that is due, and goes before one that is not', async () => {
    const lead = { operator: 'w', lease: 60 };
    const made = (session: string) => ({ op: 'new', session, theme: 'mail', chunk: { data: 1 }, lead }) as const;
    await env.sessions.create('mail', 1, { id: 'later', delay: 60 });
    const [first, second] = (await env.process([made('a'), made('b')])).map(resultOrThrow);
    expect([first, second]).toMatchObject([{ now: { status: 'active' } }, { now: { status: 'active' } }]);
    await env.sessions.create('mail', 1, { id: 'due' });
    const [third] = (await env.process([made('c')])).map(resultOrThrow);
    expect(third).toMatchObject({ now: { status: 'ready', epoch: 0 } });
  });

  it('does not take the place that another queue waits for', async () => {
    const { app, end } = waiting();
    const { env: here } = await place.open(app);
    // In the moment in which a place is free, and the other queue is known to wait.
    let made: Promise<unknown> | undefined;
    const onEvent = (event: WorkEvent) => {
      if (event.type === 'ended' && event.session === 'f') made = here.sessions.create('mail', 1, { id: 'b' });
    };
    const worker = here.work({ concurrency: 1, onEvent });
    await settle();
    const { env: elsewhere } = await place.open();
    await here.sessions.create('mail', 1, { id: 'a' });
    await elsewhere.sessions.create('fax', 1, { id: 'f' });
    await elsewhere.sessions.create('fax', 1, { id: 'g' });
    await settle();
    end('a');
    await settle();
    // The look after that turn found two of the other queue, and led one.
    end('f');
    await settle();
    expect(await made).toMatchObject({ now: { status: 'ready' } });
    expect(await here.sessions.get('g')).toMatchObject({ status: 'active' });
    for (const id of ['g', 'b']) {
      end(id);
      await settle();
    }
    expect(await worker.stop()).toMatchObject({ removed: 4 });
  });

  it('is found when its record was not confirmed', async () => {
    const { env: here, storage, worker, end, turns } = await idle();
    storage.plan(1, 'fail-after');
    await expect(here.sessions.create('mail', 1, { id: 'a' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await place.clock.pass(1_000);
    expect([...turns.keys()]).toEqual(['a']);
    end('a');
    await settle();
    expect(await worker.stop()).toMatchObject({ removed: 1, lost: 0 });
  });

  it('ends its turn before a worker that is stopped ends', async () => {
    const { env: here, worker, end } = await idle();
    const made = here.sessions.create('mail', 1, { id: 'a' });
    const stopped = worker.stop();
    await made;
    await settle();
    end('a');
    expect(await stopped).toMatchObject({ turns: 1, removed: 1 });
    expect(place.leases.all()).toEqual([]);
  });
});
