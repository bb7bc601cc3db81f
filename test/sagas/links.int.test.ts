// Goal: what a saga brings about at other services tells where it comes from, as what it brings about here. Method: three
// environments in directories with their workers; the links of what arrives.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { RequestInput, SagaDefinition } from '../../src/index.ts';
import { SlipPlace, until } from './slip-place.ts';

const request = (more: Partial<RequestInput> = {}) => ({
  ...{ type: 'pay', changes: [{ op: 'add', key: 'paid', value: 1 } as const] },
  ...more,
});
const shop: SagaDefinition = {
  steps: [
    {
      name: 'pay',
      do: { service: 'bank', request: request() },
      compensate: { service: 'bank', request: request({ causation: 'click' }) },
    },
    { name: 'named', do: { service: 'bank', request: request({ correlation: 'audit' }) } },
    { name: 'ship', at: 'stock', do: { service: 'bank', request: request() } },
    { name: 'tell', do: { ask: { to: 'inbox@bank', data: null } } },
  ],
};

let place: SlipPlace;
beforeEach(async () => {
  place = new SlipPlace();
  const app = { sagas: { shop } };
  const start = { from: 'start' as const, on: { types: ['order'] } };
  const decide = ({ id }: { readonly id: string }) => ({
    do: 'start' as const,
    saga: 'shop',
    data: null,
    id: `s-${id}`,
  });
  await place.add('home', { ...app, processes: { begin: { ...start, decide } } }, ['stock', 'bank']);
  await place.add('stock', app, ['home', 'bank']);
  await place.add('bank', app, ['home']);
});
afterEach(() => place.remove());

it('a request at another service belongs there to what its saga belongs to, however it came', async () => {
  const [home, stock, bank] = ['home', 'stock', 'bank'].map((name) => place.env(name)) as [
    Environment,
    Environment,
    Environment,
  ];
  const linksThere = async (id: string) => {
    const { correlation, causation } = (await bank.find(id)) ?? (await bank.sessions.get(id)) ?? {};
    return [correlation, causation];
  };
  await home.submit({ ...request({ id: 'click' }), correlation: 'visit' });
  await home.submit({ ...request({ id: '1' }), type: 'order', correlation: 'basket-7' });
  place.work();
  await until(async () => (await bank.sessions.get('s-1/tell')) !== undefined);
  expect(await linksThere('s-1/pay')).toEqual(['basket-7', 's-1']);
  expect(await linksThere('s-1/named')).toEqual(['audit', 's-1']);
  expect(await linksThere('s-1/tell')).toEqual(['basket-7', 's-1']);
  // A slip is what sends the request of its step.
  const [leg] = (await stock.linked('basket-7')).nodes.filter(({ session }) => session);
  expect(await linksThere('s-1/ship')).toEqual(['basket-7', leg?.id]);
  await home.sagas.compensate('s-1', { reason: 'too late' });
  await until(async () => (await bank.find('s-1/pay/undo')) !== undefined);
  // A cause of its own is looked up where it is known.
  expect(await linksThere('s-1/pay/undo')).toEqual(['visit', 'click']);
});

it('a trace goes along to all that a request brings about, also at other services', async () => {
  const [home, bank] = [place.env('home'), place.env('bank')];
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await home.enqueue({ ...request({ id: '2' }), type: 'order', traceparent });
  place.work();
  await until(async () => (await bank.sessions.get('s-2/tell')) !== undefined);
  expect(await home.find('2')).toMatchObject({ traceparent });
  for (const id of ['s-2/pay', 's-2/named', 's-2/ship']) expect(await bank.find(id), id).toMatchObject({ traceparent });
  expect(await bank.sessions.get('s-2/tell')).toMatchObject({ traceparent });
  expect(await home.sessions.get('s-2')).toMatchObject({ traceparent });
});
