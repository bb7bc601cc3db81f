import { systemClock } from '../../src/clock/system.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import { type OpenOptions, openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { defineApp, reject } from '../../src/index.ts';

/** Handlers of the story: what a later txlog must read without them. */
export const storyApp = defineApp({
  requests: {
    'order.place': {
      authorize: ({ actor }) => actor !== 'mallory',
      decide({ payload }, states) {
        const { order, count } = payload as { order: string; count: number };
        if (count > 100) throw new Error('no such shelf');
        const stock = (states.get('stock/lamp')?.value ?? 0) as number;
        if (stock < count) return reject('OUT_OF_STOCK', `${stock} are left`, 'stock/lamp');
        return [
          { op: 'claim', key: `order/${order}`, value: { count } },
          { op: 'add', key: 'stock/lamp', value: -count },
        ];
      },
    },
    'page.visit': {
      reducers: { newest: (pages, page) => [page ?? null, ...((pages ?? []) as string[])].slice(0, 3) },
    },
  },
});

/** Name of the reader whose place the story saves. */
export const storyCursor = 'billing';
/** Ticks: more than a chunk of a posting list and eight chunks of an applied list hold. */
const ticks = 530;
const start = Date.parse('2026-01-31T12:00:00.000Z');

/**
 * Writes one of everything into a new environment: each operation, both outcomes, every kind of refusal, expiry,
 * compensation, handlers, reducers, ids of both forms, long lists. The last records are left out of the indexes, as a
 * crash leaves them.
 */
export async function tellStory(dir: string): Promise<void> {
  let now = start;
  const clock = { ...systemClock, now: () => now };
  const tell = async (options: OpenOptions, part: (env: Environment) => Promise<void>) => {
    const env = await openEnvironment(dir, { clock, app: storyApp, ...options });
    await part(env);
    await env.close();
  };
  await tell({ create: true }, async (env) => {
    for (const request of opening) {
      now += 1_000;
      await env.submit(request);
    }
    // The reservation of pending/gone runs out before it is claimed again.
    now += 3_600_000;
    for (const request of [...later, ...tickRequests()]) {
      now += 1_000;
      await env.submit(request);
    }
    await env.saveCursor(storyCursor, { position: 12, details: { filter: 'type=order.place' } });
  });
  await tell({ checkpointRecords: Number.POSITIVE_INFINITY }, async (env) => {
    for (const [id, name] of undone) {
      now += 1_000;
      await env.compensate(name, { id, actor: 'support', reason: `undo ${name}` });
    }
    await env.submit(request('after', 'note', [{ op: 'set', key: 'note/last', value: 'not in any index' }]));
  });
}

function request(id: string, type: string, changes: readonly Change[], more: Partial<RequestInput> = {}): RequestInput {
  return { id, type, changes, ...more };
}

const ann = 'email/ann@example.com';
const uuid = (n: number) => `01910000-0000-7000-8000-00000000000${n}`;

const opening: readonly RequestInput[] = [
  request(
    uuid(1),
    'customer.create',
    [
      { op: 'claim', key: ann, value: 'c-1' },
      { op: 'set', key: 'customer/c-1', value: { name: 'Ann', tags: ['new'], address: { city: 'Oslo', zip: null } } },
      { op: 'add', key: 'stats/customers', value: 1 },
    ],
    { actor: 'web', payload: { form: 'sign-up', 'naïve key': 'Grüße, 日本語, 🦉' } },
  ),
  request('too-late', 'customer.create', [{ op: 'claim', key: ann, value: 'c-2' }], { actor: 'web' }),
  request(
    'merge',
    'customer.change',
    [{ op: 'merge', key: 'customer/c-1', value: { name: 'Ann Smith', tags: null } }],
    {
      expect: [{ key: 'customer/c-1', exists: true, version: 1 }],
    },
  ),
  request('stale', 'customer.change', [{ op: 'merge', key: 'customer/c-1', value: {} }], {
    expect: [{ key: 'customer/c-1', version: 1 }],
  }),
  request('replace', 'customer.change', [{ op: 'replace', key: ann, owner: uuid(1), value: ['c-1', 'moved'] }]),
  request('not-owner', 'customer.change', [{ op: 'release', key: ann, owner: 'too-late' }]),
  request('append', 'note', [{ op: 'append', key: 'notes/c-1', value: ['first', { second: 2.5 }] }]),
  request('fields', 'count', [{ op: 'add', key: 'stats/fields', value: { a: 1, b: -0.25 } }]),
  request('numbers', 'note', [{ op: 'set', key: 'numbers', value: [0, -1, 1.5, 1e21, 5e-324, 9007199254740991] }]),
  request('long', 'note', [{ op: 'set', key: 'long', value: 'x'.repeat(3_000) }]),
  request('null', 'note', [{ op: 'set', key: 'null', value: null }]),
  request('delete', 'note', [{ op: 'delete', key: 'null' }]),
  request('reserve', 'reserve', [
    { op: 'claim', key: 'pending/kept', pending: 60 },
    { op: 'claim', key: 'pending/gone', pending: 0.5 },
  ]),
  request('confirm', 'reserve', [{ op: 'confirm', key: 'pending/kept', owner: 'reserve' }]),
  request('reserve-long', 'reserve', [{ op: 'claim', key: 'pending/open', value: true, pending: 86_400 }]),
  request('kind', 'note', [{ op: 'set', key: ann, value: 1 }]),
  request('mismatch', 'note', [
    { op: 'append', key: 'numbers/none', value: [1] },
    { op: 'add', key: 'notes/c-1', value: 1 },
  ]),
  request('inexact', 'count', [
    { op: 'add', key: 'numbers/big', value: 9007199254740991 },
    { op: 'add', key: 'numbers/big', value: 1 },
  ]),
  request('stock', 'stock.add', [{ op: 'add', key: 'stock/lamp', value: 5 }]),
  { id: 'order-1', type: 'order.place', actor: 'ann', payload: { order: '1', count: 4 } },
  { id: 'order-2', type: 'order.place', actor: 'bob', payload: { order: '2', count: 4 } },
  { id: 'order-3', type: 'order.place', actor: 'mallory', payload: { order: '3', count: 1 } },
  { id: 'order-4', type: 'order.place', payload: { order: '4', count: 101 } },
  request('visit-1', 'page.visit', [{ op: 'reduce', key: 'pages', reducer: 'newest', value: '/home' }]),
  request('visit-2', 'page.visit', [{ op: 'reduce', key: 'pages', reducer: 'newest', value: '/cart' }]),
  request('twice', 'note', [
    { op: 'claim', key: 'twice', value: 1 },
    { op: 'release', key: 'twice', owner: 'twice' },
  ]),
  { id: 'empty', type: 'note' },
];

const later: readonly RequestInput[] = [
  request('claim-again', 'reserve', [{ op: 'claim', key: 'pending/gone', value: 'second owner' }]),
  request(uuid(2), 'customer.create', [
    { op: 'claim', key: 'email/bob@example.com', value: 'c-2' },
    { op: 'set', key: 'customer/c-2', value: { name: 'Bob' } },
    { op: 'add', key: 'stats/customers', value: 1 },
  ]),
  request('release', 'customer.leave', [{ op: 'release', key: 'email/bob@example.com', owner: uuid(2) }]),
];

/** Id of each compensation, and what it undoes: in this order one that works, blocked ones, one that cannot be. */
const undone: readonly (readonly [string, string])[] = [
  ['undo-merge', 'merge'],
  ['undo-order', 'order-1'],
  ['undo-tick', 't-100'],
  ['undo-visit', 'visit-1'],
  ['undo-customer', uuid(1)],
  ['undo-blocked', 'reserve'],
  ['undo-rejected', 'too-late'],
  ['undo-undo', 'undo-merge'],
];

function tickRequests(): RequestInput[] {
  return Array.from({ length: ticks }, (_, i) =>
    request(`t-${i + 1}`, 'tick', [{ op: 'add', key: 'ticks', value: 1 }]),
  );
}
