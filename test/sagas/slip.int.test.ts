// Goal: a slip travels through the services of its steps, and what comes of it is all or nothing, whatever overtakes what.
// Method: three environments in directories with their workers; messages are held up, repeated and brought by hand.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionOfParcel } from '../../src/core/app/parcel.ts';
import { PermanentError, type SagaDefinition, type SagaStep, stepsOf } from '../../src/core/app/saga-definition.ts';
import { present } from '../../src/core/base/assert.ts';
import type { JsonObject, JsonValue } from '../../src/core/base/json.ts';
import { Calls, SlipPlace, tripOf, until } from './slip-place.ts';

let place: SlipPlace;
let calls: Calls;

beforeEach(() => {
  calls = new Calls();
  return build(tripOf(calls));
});
afterEach(() => place.remove());

async function build(trip: SagaDefinition): Promise<void> {
  place = new SlipPlace();
  const app = { sagas: { trip } };
  await place.add('home', app, ['stock', 'bank']);
  await place.add('stock', app, ['home', 'bank']);
  await place.add('bank', app, ['home', 'stock']);
}

/** The same with another second step. */
async function rebuild(change: (step: SagaStep) => SagaStep, timeout?: number): Promise<void> {
  await place.remove();
  const steps = stepsOf(tripOf(calls)).map((step) => (step.name === 'pay' ? change(step) : step));
  const once = timeout === undefined ? {} : { timeout, retry: { attempts: 1 } };
  await build({ steps: steps.map((step) => (step.name === 'pay' ? step : { ...step, do: { ...step.do, ...once } })) });
}

const start = (id: string, data: object = {}) => place.env('home').sagas.start('trip', { ...data }, { id });
const ended = (id: string) => place.env('home').wait(id, { timeoutMs: 60_000 });
const value = async (name: string, key: string) => (await place.env(name).get(key))?.value;
const pause = (name: string, theme: string, paused = true) => place.env(name).sessions.changeTheme(theme, { paused });
const slip = async (name: string, id: string) => (await place.env(name).sessions.data(id))[0] as JsonValue;
const bring = (name: string, id: string, queue: string, data: JsonValue) =>
  place.env(name).process([sessionOfParcel({ id, queue, data })]);
const live = async (name: string) => {
  const found: string[] = [];
  for await (const { id, status } of place.env(name).sessions.list()) found.push(`${id} ${status}`);
  return found;
};
const atRest = () => until(async () => (await Promise.all(['home', 'stock', 'bank'].map(live))).flat().length === 0);

describe('a slip', () => {
  it('goes from service to service and comes home with all results', async () => {
    place.work();
    await start('s');
    expect(await ended('s')).toMatchObject({ outcome: 'committed' });
    const results = { reserve: { position: expect.any(String) } };
    expect(calls.made).toEqual([{ name: 'pay', key: 's/pay', attempt: 1, results, error: undefined }]);
    expect(await value('stock', 'reserved/s')).toBe(1);
    expect(await value('stock', 'shipped/s')).toBe(1);
    await atRest();
  });

  it('turns to the errors of its saga when a request is refused, and what was done before is undone', async () => {
    place.work();
    await start('s', { refuse: true });
    expect(await ended('s')).toMatchObject({ outcome: 'rejected', rejection: { code: 'SAGA_COMPENSATED' } });
    expect(calls.names('s')).toEqual(['pay', 'unpay']);
    expect(calls.made[1]).toMatchObject({ key: 's/pay/undo', error: expect.stringContaining('EXPECTATION_FAILED') });
    expect(await value('stock', 'reserved/s')).toBe(0);
    expect(await value('stock', 'shipped/s')).toBeUndefined();
    await atRest();
  });

  it('tries a call as often as its policy says, and undoes what may have happened', async () => {
    calls.act = (name, { attempt }) => {
      if (name === 'pay') throw new Error(`no money at ${attempt}`);
    };
    place.work();
    await start('s');
    expect(await ended('s')).toMatchObject({ outcome: 'rejected' });
    expect(calls.names('s')).toEqual(['pay', 'pay', 'pay', 'unpay']);
    expect(calls.made.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
    expect(await value('stock', 'reserved/s')).toBe(0);
  });

  it('tries no more after a permanent error', async () => {
    calls.act = (name) => {
      if (name === 'pay') throw new PermanentError('no such account');
    };
    place.work();
    await start('s');
    await ended('s');
    expect(calls.names('s').filter((name) => name === 'pay')).toEqual(['pay']);
  });

  it('goes its way beside many others at once, each for itself', async () => {
    calls.act = (name, { saga }) => {
      if (name === 'pay' && Number(saga.slice(1)) % 3 === 0) throw new PermanentError('no');
    };
    place.work();
    const ids = Array.from({ length: 24 }, (_, i) => `m${i}`);
    await Promise.all(ids.map((id, i) => start(id, { refuse: i % 4 === 0 })));
    for (const [i, id] of ids.entries()) {
      const isDone = i % 3 !== 0 && i % 4 !== 0;
      expect(await ended(id)).toMatchObject({ outcome: isDone ? 'committed' : 'rejected' });
      expect(await value('stock', `reserved/${id}`)).toBe(isDone ? 1 : 0);
      expect((await value('stock', `shipped/${id}`)) ?? 0).toBe(isDone ? 1 : 0);
    }
    await atRest();
  });
});

describe('a message that comes twice, late, or in another order', () => {
  it('is done once, however often and whenever it is brought', async () => {
    place.work('home', 'stock');
    await start('s');
    const leg = 's/reserve#leg1';
    const bank = place.env('bank');
    await until(async () => (await bank.sessions.get(leg)) !== undefined);
    const data = await slip('bank', leg);
    for (let i = 0; i < 3; i++) await bring('bank', leg, 'slips', data);
    await pause('home', 'answers');
    place.work('bank');
    const answer = 's/reserve#leg3';
    await until(async () => (await place.env('home').sessions.get(answer)) !== undefined);
    const told = await slip('home', answer);
    await bring('home', answer, 'answers', told);
    await bring('home', `${answer} again`, 'answers', told);
    await pause('home', 'answers', false);
    expect(await ended('s')).toMatchObject({ outcome: 'committed' });
    await bring('bank', leg, 'slips', data);
    await bring('home', answer, 'answers', told);
    await atRest();
    expect(calls.names('s')).toEqual(['pay']);
    expect(await value('stock', 'shipped/s')).toBe(1);
  });

  it('for a step that was undone before it came is refused when it comes, and nothing is undone', async () => {
    await pause('stock', 'to/bank');
    place.work();
    await start('s');
    const leg = 's/reserve#leg1';
    await until(async () => (await place.env('stock').sessions.get(leg)) !== undefined);
    const parcel = (await slip('stock', leg)) as { data: JsonObject & { steps: JsonObject[] } };
    await place.env('home').sagas.compensate('s');
    expect(await ended('s')).toMatchObject({ outcome: 'rejected' });
    expect(calls.made).toEqual([]);
    await pause('stock', 'to/bank', false);
    await atRest();
    expect(calls.made).toEqual([]);
    // The third step, as if the second one had been done.
    const steps = parcel.data.steps.map((step, i) =>
      i === 1 ? { ...step, outcome: { ok: true, result: null } } : step,
    );
    await bring('stock', 'by hand', 'slips', { ...parcel.data, steps });
    await atRest();
    expect(await value('stock', 'shipped/s')).toBeUndefined();
    expect(await value('stock', 'reserved/s')).toBe(0);
  });

  it('for an undo waits until the worker that is at the step has ended', async () => {
    let pay = (_result: string) => {};
    calls.act = (name) => (name === 'pay' ? new Promise((resolve) => (pay = resolve)) : name);
    place.work();
    await start('s');
    await until(() => calls.names('s').length === 1);
    await place.env('home').sagas.compensate('s');
    const bank = present(place.services.get('bank'), 'bank');
    const waited = () =>
      bank.events.some((event) => event.type === 'ended' && event.session === 's/pay/undo' && event.ended === 'stored');
    await until(waited);
    expect(calls.names('s')).toEqual(['pay']);
    pay('paid');
    expect(await ended('s')).toMatchObject({ outcome: 'rejected' });
    expect(calls.names('s')).toEqual(['pay', 'unpay']);
    expect(await value('stock', 'reserved/s')).toBe(0);
    expect(await value('stock', 'shipped/s')).toBeUndefined();
    await atRest();
  });

  it('for a step that waits for its next attempt is not carried out once the step is undone', async () => {
    await rebuild((step) => ({ ...step, do: { ...step.do, retry: { attempts: 3, first: 3_600, max: 3_600 } } }));
    calls.act = (name) => {
      if (name === 'pay') throw new Error('not now');
    };
    place.work();
    await start('s');
    await until(async () => (await live('bank')).includes('s/reserve#leg1 stored'));
    await place.env('home').sagas.compensate('s');
    expect(await ended('s')).toMatchObject({ outcome: 'rejected' });
    await atRest();
    expect(calls.names('s')).toEqual(['pay', 'unpay']);
    expect(await value('stock', 'reserved/s')).toBe(0);
  });

  it('is not waited for longer than its services may take', async () => {
    await rebuild((step) => ({ ...step, do: { ...step.do, timeout: 0.2, retry: { attempts: 1 } } }), 0.2);
    await pause('stock', 'to/bank');
    place.work();
    await start('s');
    expect(await ended('s')).toMatchObject({ rejection: { reason: expect.stringContaining('no answer within') } });
    await pause('stock', 'to/bank', false);
    await atRest();
    expect(calls.made).toEqual([]);
    expect((await value('stock', 'reserved/s')) ?? 0).toBe(0);
  });
});

describe('a slip that cannot go on', () => {
  it('is parked, before anything is done, where the app lacks its step or its way', async () => {
    await place.add('till', { sagas: { trip: { steps: [{ name: 'other', at: 'till', do: { run: () => null } }] } } }, [
      'home',
    ]);
    const data = { slip: 1, saga: 's', type: 'trip', data: null, side: 'do', results: {} };
    const step = { step: 'pay', at: 'till', key: 's/pay' };
    await bring('till', 'p1', 'slips', { ...data, steps: [step], home: 'answers@home', errors: 'slip-errors@home' });
    await bring('till', 'p2', 'slips', {
      ...{ ...data, steps: [{ ...step, step: 'other' }] },
      ...{ home: 'answers@nowhere', errors: 'slip-errors@home' },
    });
    await bring('till', 'p3', 'slips', { ...data, steps: [], home: 'answers@home', errors: 'slip-errors@home' });
    await bring('till', 'p4', 'slips', 'no slip');
    place.work('till');
    await until(async () => (await live('till')).filter((one) => one.endsWith('parked')).length === 4);
    const errors = await Promise.all(['p1', 'p2', 'p3', 'p4'].map((id) => place.env('till').sessions.get(id)));
    expect(errors.map((session) => session?.error)).toEqual([
      'the app has no step pay of trip to do',
      'the app names no service nowhere, where the slip goes from here',
      'it is no slip with a step to do',
      'it is no slip with a step to do',
    ]);
  });
});
