// Goal: a saga whose steps wait, two types of requests, and rules that hear them: choreography, to its end or back. What a
// rule says too early counts, what it says too late does not. Method: orders whose payment nobody serves but a rule.
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Decision, ProcessRecord } from '../../src/core/app/process-definition.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { settle } from '../sessions/timed-clock.ts';
import { Workplace, working } from '../sessions/workplace.ts';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

const patience = 3_600;

function stock(type: string, value: number) {
  return { request: { type, changes: [{ op: 'add', key: 'stock', value }] } } as const;
}

/** Reserve, then wait until it is paid, then until it is shipped. */
const app: App = {
  requests: Object.fromEntries(
    ['order', 'payment', 'payment-refused', 'shipment', 'lost', 'refund', 'cancel', 'mail'].map((type) => [type, {}]),
  ),
  sagas: {
    order: {
      steps: [
        { name: 'reserve', do: stock('stock.reserve', -1), compensate: stock('stock.release', 1) },
        {
          name: 'pay',
          do: { ask: ({ data }) => ({ to: 'payments', data }), timeout: patience },
          compensate: { ask: ({ data }) => ({ to: 'refunds', data }), timeout: patience },
        },
        { name: 'ship', do: { ask: ({ data }) => ({ to: 'parcels', data }), timeout: patience } },
      ],
    },
  },
  processes: { orders: { decide, from: 'start' } },
};

function decide({ type, id, outcome, payload }: ProcessRecord): Decision | Decision[] | undefined {
  const saga = typeof payload === 'string' ? `order-${payload}` : '';
  switch (type) {
    case 'order':
      return { do: 'start', saga: 'order', data: payload ?? null, id: `order-${payload}` };
    case 'payment':
      return { do: 'complete', saga, step: 'pay', result: { payment: id } };
    case 'payment-refused':
      return { do: 'fail', saga, step: 'pay', error: 'the card was refused' };
    case 'shipment':
      return { do: 'complete', saga, step: 'ship' };
    case 'lost':
      return { do: 'fail', saga, step: 'ship', error: 'the parcel was lost' };
    case 'refund':
      return { do: 'complete', saga, step: 'pay', side: 'undo' };
    case 'cancel':
      return { do: 'compensate', saga, reason: 'the customer changed his mind' };
    case 'txlog.saga':
      return { do: 'submit', request: { type: 'mail', payload: { order: id, outcome } } };
    default:
      return undefined;
  }
}

async function start() {
  const { env } = await place.open(app);
  const { worker, of } = await working(env);
  const hear = async (...events: readonly string[]) => {
    for (const type of events) await env.submit({ type, payload: '1' });
    await settle();
  };
  return { env, worker, of, hear };
}

async function steps(env: Environment): Promise<Record<string, string>> {
  const { saga } = await env.sagas.get('order-1');
  return Object.fromEntries(
    [...saga.steps.values()].map(({ name, do: done, undo }) => [name, `${done.status} ${undo.status}`]),
  );
}

describe('a saga that rules drive', () => {
  it('is done when all that it waits for has come', async () => {
    const { env, hear, worker } = await start();
    await hear('order');
    expect(await env.sagas.get('order-1')).toMatchObject({ phase: 'running' });
    expect(await steps(env)).toMatchObject({ reserve: 'done waiting', pay: 'begun waiting' });
    await hear('payment');
    expect(await steps(env)).toMatchObject({ pay: 'done waiting', ship: 'begun waiting' });
    await hear('shipment');
    expect(await env.wait('order-1')).toMatchObject({ outcome: 'committed' });
    expect((await env.get('stock'))?.value).toBe(-1);
    const [mail] = await all(env, 'mail');
    expect(mail?.payload).toEqual({ order: 'order-1', outcome: 'committed' });
    expect(await worker.stop()).toMatchObject({ failed: 0, lost: 0 });
  });

  it('is compensated when a step fails, also by answers of rules', async () => {
    const { env, hear, worker } = await start();
    await hear('order', 'payment', 'lost');
    expect(await env.sagas.get('order-1')).toMatchObject({ phase: 'compensating' });
    expect(await steps(env)).toMatchObject({ pay: 'done begun', ship: 'failed waiting', reserve: 'done waiting' });
    await hear('refund');
    expect(await env.wait('order-1')).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'SAGA_COMPENSATED', reason: 'ship: the parcel was lost' },
    });
    expect((await env.get('stock'))?.value).toBe(0);
    expect((await all(env, 'mail'))[0]?.payload).toEqual({ order: 'order-1', outcome: 'rejected' });
    await worker.stop();
  });

  it('turns back at once when its first wait fails, and when a rule says so', async () => {
    const { env, hear, worker } = await start();
    await hear('order', 'payment-refused');
    expect(await env.wait('order-1')).toMatchObject({ rejection: { reason: 'pay: the card was refused' } });
    await env.submit({ type: 'order', payload: '2' });
    await env.submit({ type: 'cancel', payload: '2' });
    await settle();
    expect(await env.sagas.get('order-2')).toMatchObject({ phase: 'compensated' });
    expect((await env.get('stock'))?.value ?? 0).toBe(0);
    await worker.stop();
  });

  it('knows at once what was said before it was asked for, though all comes while no worker is there', async () => {
    const { env } = await place.open(app);
    for (const type of ['order', 'payment', 'shipment']) await env.submit({ type, payload: '1' });
    await env.work({ untilEmpty: true }).done;
    expect(await env.wait('order-1')).toMatchObject({ outcome: 'committed' });
    const { saga, log } = await env.sagas.get('order-1');
    expect(saga.steps.get('pay')?.do.result).toEqual({ payment: expect.any(String) });
    expect(log.filter(({ event }) => event.event === 'did').map(({ actor }) => actor)).toContain('process/orders');
    expect((await env.sessions.themes()).map(({ name }) => name)).not.toContain('payments');
  });

  it('is left alone by what comes too late, or is not meant for it; the log of the worker tells', async () => {
    const { env, hear, of, worker } = await start();
    await hear('payment', 'order', 'payment', 'payment', 'refund', 'shipment');
    expect(await env.wait('order-1')).toMatchObject({ outcome: 'committed' });
    const { position } = await env.head();
    await hear('cancel');
    // The record itself, a lead, and the end of the turn.
    expect((await env.head()).position).toBe(position + 3);
    const reasons = of('ended').flatMap((event) => ('reason' in event ? [String(event.reason)] : []));
    expect(reasons.join('\n')).toMatch(/there is no saga order-1/);
    expect(reasons.join('\n')).toMatch(/saga order-1 has ended/);
    expect(await worker.stop()).toMatchObject({ failed: 0 });
  });

  it('is driven by the rules of its own environment only once, however often the log is folded anew', async () => {
    const { env, hear, worker } = await start();
    await hear('order', 'payment');
    await worker.stop();
    const before = await env.sessions.get('txlog.process/orders');
    expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
    expect(await env.sessions.get('txlog.process/orders')).toEqual(before);
  });
});

async function all(env: Environment, type: string) {
  const found = [];
  for await (const page of env.pages({ types: [type] })) found.push(...page);
  return found;
}
