// Goal: who asks too often, or for more than workers can do, is told when to ask again, and nothing is lost. Method: real
// frontends whose queue nobody works on, and clients in a loop.
import { afterEach, expect, it } from 'vitest';
import { RateLimit } from '../../src/http/frontend/rate-limit.ts';
import { post, Site } from './site.ts';

let site: Site | undefined;

afterEach(async () => {
  await site?.close();
  site = undefined;
});

const add = (id: string, type = 'count') => ({ id, type, changes: [{ op: 'add', key: 'n', value: 1 }] });
const isAsync = { prefer: 'respond-async' };

it('refuses requests while their queue is too deep, and only these', async () => {
  site = await Site.open();
  const url = await site.serve({ queueMax: 3 });
  for (let i = 0; i < 4; i++) await site.env.enqueue(add(`q-${i}`) as never);
  const refused = await post(url, add('r-1'), isAsync);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
    503,
    '1',
    { code: 'OVERLOADED' },
  ]);
  expect((await post(url, add('r-2', 'other'), isAsync)).status).toBe(202);
  site.work();
  await expect.poll(async () => (await post(url, add('r-1'))).status).toBe(200);
});

it('reads a stream no further while the queue is too deep', async () => {
  site = await Site.open();
  const url = await site.serve({ queueMax: 3 });
  for (let i = 0; i < 4; i++) await site.env.enqueue(add(`q-${i}`) as never);
  const asked = post(url, JSON.stringify(add('r-1')), { ...isAsync, 'content-type': 'application/x-ndjson' });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await site.env.sessions.get('r-1')).toBeUndefined();
  site.work();
  expect(await (await asked).json()).toMatchObject({ outcome: 'accepted' });
});

it('refuses a client that asks too often', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true, rate: 5 });
  // At once, so that no time passes in which its bucket fills.
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(url, add(`r-${i}`))));
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(await refused?.json()).toMatchObject({ code: 'RATE_LIMITED' });
  await expect.poll(async () => (await post(url, add('r-11'))).status, { interval: 100 }).toBe(200);
});

it('a bucket fills at its rate, and each client has one of its own', () => {
  let now = 0;
  const rate = new RateLimit(2, { elapsed: () => now });
  rate.take('a');
  rate.take('a');
  expect(() => rate.take('a')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  rate.take('b');
  now = 499;
  expect(() => rate.take('a')).toThrow();
  now = 500;
  rate.take('a');
  now = 1_000_000;
  rate.take('a');
  rate.take('a');
  expect(() => rate.take('a')).toThrow();
});
