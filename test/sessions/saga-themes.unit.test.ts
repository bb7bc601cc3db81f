// Goal: what lies in the queue of a saga's type is a saga: no caller puts anything else there. Method: each way in by which a
// caller can make a session, in an environment in memory; and the engine's own ways, which stay.
import { beforeEach, describe, expect, it } from 'vitest';
import { sessionOfParcel } from '../../src/core/app/parcel.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { all, Workplace } from './workplace.ts';

const started = { event: 'started', v: 1, type: 'trip', data: null };
const trip = { steps: [{ name: 'book', do: { run: () => null } }] };
const tour = { steps: [{ name: 'go', do: { saga: 'trip' } }] };
let env: Environment;

beforeEach(async () => {
  ({ env } = await new Workplace().open({ sagas: { trip, tour } }));
  await env.sagas.start('trip', null, { id: 'first' });
});

const reserved = { code: 'TYPE_RESERVED' };
const make = (more: object) => ({ op: 'new', session: 's', chunk: { data: started }, ...more }) as unknown as Operation;

describe('a session in the queue of sagas', () => {
  it('is not made by a caller, by name or by number', async () => {
    const [entry] = (await env.sessions.themes()).filter(({ name }) => name === 'saga/trip');
    for (const theme of ['saga/trip', 'saga/nothing', entry?.number ?? 0]) {
      await expect(env.sessions.create(theme, started, { id: 's' })).rejects.toMatchObject(reserved);
      const marked = make({ theme, ofSaga: true });
      await expect(env.operate([marked])).rejects.toMatchObject(reserved);
      const together = { op: 'together', operations: [marked] } as unknown as Operation;
      await expect(env.operate([together])).rejects.toMatchObject(reserved);
    }
    expect((await all(env)).map(({ id }) => id)).toEqual(['first']);
  });

  it('does not come with a parcel', () => {
    const parcel = { id: 'p', queue: 'saga/trip', data: started };
    expect(() => sessionOfParcel(parcel)).toThrow(expect.objectContaining(reserved));
  });

  it('is no response: who asks for one there is refused at once', async () => {
    const request = { id: 'r', type: 'set', changes: [{ op: 'set' as const, key: 'k', value: 1 }] };
    for (const respond of ['saga/trip', 'saga/trip@shop']) {
      await expect(env.enqueue(request, { respond })).rejects.toMatchObject(reserved);
      await expect(env.enqueue({ ...request, respond })).rejects.toMatchObject(reserved);
      await expect(env.sagas.start('trip', null, { id: 't', respond })).rejects.toMatchObject(reserved);
    }
    expect((await all(env)).map(({ id }) => id)).toEqual(['first']);
  });

  it('is made by what starts a saga: a person, and a step of another saga', async () => {
    await env.sagas.start('tour', null, { id: 'big' });
    await env.work({ untilEmpty: true }).done;
    expect((await env.sagas.get('big')).phase).toBe('done');
    expect((await env.sagas.get('big/go')).phase).toBe('done');
  });
});
