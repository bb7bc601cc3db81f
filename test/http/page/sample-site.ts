import type { App } from '../../../src/core/app/app.ts';
import { post, Site } from '../site.ts';

/** Names of every kind that a page must show as they are, and never act on. */
export const hostile = {
  id: `"><script>window.acted = 1</script>`,
  key: `k/<img src=x onerror="window.acted=1">/'"&`,
  type: `t"'<b>&amp;`,
  payload: { '</code><script>window.acted=1</script>': ['\u202egnp.exe', '<!--', '\u0007'] },
} as const;

/** Names without a place to break, in two directions. */
export const long = { id: `שלום-${'x'.repeat(150)}`, key: 'z'.repeat(300), type: 'y'.repeat(60) } as const;

/** The id of a request that came by a queue, and was undone. */
export const queuedId = 'loan-1001';
/** The id of a saga that turned back. */
export const sagaId = 'order-7';

const app: App = {
  themes: { 'mail/newsletter': {} },
  sagas: {
    order: {
      steps: [
        { name: 'reserve', do: { run: async () => ({ items: 2 }) }, compensate: { run: async () => null } },
        { name: 'pay', do: { run: async () => ({ charged: 1_800 }) }, compensate: { run: async () => null } },
        {
          name: 'ship',
          do: {
            retry: { attempts: 1 },
            run: async () => {
              throw new Error('the carrier takes no parcels to this place');
            },
          },
        },
      ],
    },
  },
};

/** An environment with something on every page, and a frontend on it. Close it. */
export async function openSample(): Promise<{ readonly site: Site; readonly url: string }> {
  const site = await Site.open(app);
  const url = await site.serve();
  const worker = site.env.work({ concurrency: 4 });
  const { env } = site;
  const submitted = await post(url, {
    ...{ id: queuedId, type: 'loan.apply', actor: 'web', payload: { amount: 12_000, months: 36, purpose: 'a roof' } },
    changes: [
      { op: 'set', key: 'loan/1001', value: { state: 'applied', amount: 12_000, customer: 'c-17' } },
      { op: 'claim', key: 'application/c-17/2026-11', value: { loan: '1001' } },
      { op: 'add', key: 'stats/loans', value: 1 },
    ],
  });
  if (submitted.status !== 200) throw new Error(await submitted.text());
  for (let i = 0; i < 60; i++) {
    const key = `customer/${String(i).padStart(3, '0')}`;
    const value = { name: `Customer ${i}`, mail: `customer-${i}@example.com`, since: 2_020 + (i % 6) };
    await env.submit({ id: `customer-${i}`, type: 'customer.create', changes: [{ op: 'set', key, value }] });
  }
  const { id, key, type, payload } = hostile;
  await env.submit({ id, type, payload, changes: [{ op: 'set', key, value: payload }] } as never);
  await env.submit({ id: 'taken', type: 'loan.apply', changes: [{ op: 'claim', key: 'application/c-17/2026-11' }] });
  await env.sagas.start('order', { item: 'tea', count: 2 }, { id: sagaId });
  await env.wait(sagaId);
  await worker.stop();
  await env.compensate(queuedId, { id: 'undo-1' });
  for (let i = 0; i < 3; i++)
    await env.sessions.create('mail/newsletter', { to: `customer-${i}@example.com` }, { id: `mail-${i}` });
  await env.sessions.park('mail-1', '550 5.1.1 mailbox unavailable');
  await env.sessions.store('mail-2', 3_600);
  await env.sessions.create('mail/newsletter', payload, { id: `${id}2` });
  await env.sessions.park(`${id}2`, '<script>window.acted=1</script>');
  const value = { text: 'v'.repeat(3_000) };
  await env.submit({ id: long.id, type: long.type, actor: long.type, changes: [{ op: 'set', key: long.key, value }] });
  return { site, url };
}
