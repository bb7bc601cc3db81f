// Goal: clients ask an app's own views over HTTP, as often as they want, and a view that fails harms nobody else. Method: a real
// frontend on an environment that another process writes, and the client of the library.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import type { App } from '../../src/core/app/app.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import { Site } from './site.ts';

let site: Site;
let url: string;

const app: App = {
  views: {
    stock: {
      summary: 'What is left of some goods.',
      schema: {
        type: 'object',
        properties: { of: { type: 'array', items: { type: 'string' } }, least: { type: 'integer' } },
        required: ['of'],
        additionalProperties: false,
      },
      read: ({ params }, states) => {
        const { of, least = 0 } = params as { of: string[]; least?: number };
        const all = of.map((item) => [item, states.get(`stock/${item}`)?.value ?? 0] as const);
        return Object.fromEntries(all.filter(([, left]) => (left as number) >= least));
      },
    },
    mine: { read: ({ actor }) => (actor === undefined ? rejectRequest('DENIED', 'nobody asks') : actor) },
    gone: { read: () => rejectRequest('NO_SHOP', 'there is no shop') },
    broken: {
      read: () => {
        throw new Error('division by cucumber');
      },
    },
  },
};

const add = (id: string, item: string, value: number) => ({
  id,
  type: 'add',
  changes: [{ op: 'add', key: `stock/${item}`, value }] as const,
});

beforeAll(async () => {
  site = await Site.open(app);
  url = await site.serve({ isDirect: true });
  await site.env.submit(add('a', 'tea', 3));
  await site.env.submit(add('b', 'jam', 1));
  await site.env.submit(add('c', 'tea', 2));
});

afterAll(() => site.close());

async function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const answer = await fetch(url + path, { headers, method });
  const text = await answer.text();
  return {
    status: answer.status,
    etag: answer.headers.get('etag') ?? '',
    json: text === '' ? undefined : JSON.parse(text),
  };
}

it('answers with parameters of the query, as the schema makes them', async () => {
  expect((await ask('/v1/views/stock?of=tea')).json).toEqual({ v: 1, view: 'stock', position: '3', value: { tea: 5 } });
  expect((await ask('/v1/views/stock?of=tea&of=jam&least=2')).json.value).toEqual({ tea: 5 });
  expect((await ask('/v1/views/stock?of=tea&as-of=2')).json).toMatchObject({ position: '2', value: { tea: 3 } });
  for (const query of ['', '?of=tea&least=few', '?of=tea&other=1'])
    expect(await ask(`/v1/views/stock${query}`)).toMatchObject({ status: 400, json: { code: 'PARAMETERS_INVALID' } });
  expect(await ask('/v1/views/stock?of=tea&as-of=0')).toMatchObject({ status: 400, json: { code: 'USAGE' } });
  expect(await ask('/v1/views/stock?of=tea&as-of=99')).toMatchObject({
    status: 404,
    json: { code: 'POSITION_NOT_FOUND' },
  });
  expect(await ask('/v1/views/none')).toMatchObject({ status: 404, json: { code: 'VIEW_NOT_FOUND' } });
});

it('has the same tag while its answer is the same, whatever else is written', async () => {
  const { etag } = await ask('/v1/views/stock?of=jam');
  await site.env.submit(add('d', 'tea', 1));
  expect(await ask('/v1/views/stock?of=jam', { 'if-none-match': etag })).toMatchObject({
    status: 304,
    json: undefined,
  });
  expect(await ask('/v1/views/stock?of=jam', {}, 'HEAD')).toMatchObject({ status: 200, etag, json: undefined });
  await site.env.submit(add('e', 'jam', 1));
  expect(await ask('/v1/views/stock?of=jam', { 'if-none-match': etag })).toMatchObject({ status: 200 });
});

it('waits for what its client wrote', async () => {
  const { position } = await site.env.head();
  const later = ask(`/v1/views/stock?of=oil&after=${position + 1}`);
  await site.env.submit(add('f', 'oil', 9));
  expect((await later).json).toMatchObject({ position: String(position + 1), value: { oil: 9 } });
  expect(await ask(`/v1/views/stock?of=oil&after=${position + 9}&wait=20ms`)).toMatchObject({
    status: 504,
    json: { code: 'WAIT_TIMEOUT' },
  });
});

it('refuses with the status of its code, and with its answer', async () => {
  expect(await ask('/v1/views/mine')).toMatchObject({
    status: 403,
    json: { v: 1, view: 'mine', rejection: { code: 'DENIED', reason: 'nobody asks' } },
  });
  expect((await ask('/v1/views/gone')).status).toBe(422);
});

it('tells of a view that failed, and goes on', async () => {
  expect(await ask('/v1/views/broken')).toMatchObject({
    status: 500,
    json: { code: 'VIEW_FAILED', detail: 'view broken: division by cucumber' },
  });
  expect((await ask('/v1/views/stock?of=tea')).status).toBe(200);
});

it('is listed', async () => {
  const { json } = await ask('/v1/views');
  expect(json.items.map(({ view }: { view: string }) => view)).toEqual(['broken', 'gone', 'mine', 'stock']);
  expect(json.items[3]).toEqual({ v: 1, view: 'stock', ...pick(app.views?.stock) });
});

function pick({ summary, schema }: { summary?: string; schema?: unknown } = {}) {
  return { summary, schema };
}

it('is asked by the client as by an open environment', async () => {
  const shop = connect(url);
  const params = { of: ['tea', 'jam'], least: 1 };
  expect(await shop.view('stock', params)).toEqual(await site.env.view('stock', params));
  expect(await shop.view('stock', { of: 'tea' }, { asOf: 1 })).toEqual({
    view: 'stock',
    position: 1,
    value: { tea: 3 },
  });
  expect(await shop.view('gone')).toMatchObject({ rejection: { code: 'NO_SHOP', reason: 'there is no shop' } });
  await expect(shop.view('none')).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
  await expect(shop.view('broken')).rejects.toMatchObject({ code: 'VIEW_FAILED' });
});
