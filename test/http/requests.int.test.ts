// Goal: a request over HTTP has one outcome, which is its answer, whichever frontend it comes to and however often. Method:
// real frontends on one environment on the disk, with a real worker beside them, asked over the loopback.
import { afterEach, expect, it } from 'vitest';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import { post, Site } from './site.ts';

let site: Site | undefined;

afterEach(async () => {
  await site?.close();
  site = undefined;
});

const add = (id: string, more = {}) => ({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }], ...more });

it('is queued, decided by a worker, and answered with its receipt; the response is gone then', async () => {
  site = await Site.open();
  const url = await site.serve();
  site.work();
  const answer = await post(url, add('r-1'));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const receipt = await answer.json();
  expect(receipt).toMatchObject({ v: 1, id: 'r-1', outcome: 'committed', duplicate: false, durability: 'fsync' });
  expect((await site.env.get('n'))?.value).toBe(1);
  const again = await post(url, add('r-1'));
  expect(await again.json()).toEqual({ ...(receipt as object), duplicate: true });
  await expect
    .poll(async () => (await site?.env.sessions.theme('frontend/a'))?.counts)
    .toMatchObject({ ready: 0, removed: 1 });
});

it('is decided at once with --direct, without a worker and a queue', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  expect(await (await post(url, add('r-1'))).json()).toMatchObject({ outcome: 'committed', duplicate: false });
  expect(await site.env.sessions.themes()).toEqual([]);
});

it('has a status by its rejection, and always its receipt', async () => {
  site = await Site.open({
    requests: {
      secret: { authorize: ({ actor }) => actor === 'ann' },
      odd: { decide: () => rejectRequest('ODD', 'it is odd') },
    },
  });
  const url = await site.serve({ isDirect: true });
  await post(url, { id: 'c-1', type: 'claim', changes: [{ op: 'claim', key: 'mail/a', value: 1 }] });
  const asked = [
    [{ id: 'c-2', type: 'claim', changes: [{ op: 'claim', key: 'mail/a', value: 1 }] }, 409, 'KEY_OWNED'],
    [{ id: 's-1', type: 'secret', changes: [] }, 403, 'DENIED'],
    [{ id: 'o-1', type: 'odd', payload: 1 }, 422, 'ODD'],
    [
      {
        id: 'v-1',
        type: 'add',
        changes: [
          { op: 'append', key: 'n', value: [1] },
          { op: 'add', key: 'n', value: 1 },
        ],
      },
      422,
      'VALUE_MISMATCH',
    ],
  ] as const;
  for (const [request, status, code] of asked) {
    const answer = await post(url, request);
    expect([answer.status, await answer.json()]).toMatchObject([status, { outcome: 'rejected', rejection: { code } }]);
  }
});

it('takes its id from Idempotency-Key, with or without quotes', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const { id: _, ...nameless } = add('');
  expect(await (await post(url, nameless, { 'idempotency-key': '"k \\"1\\""' })).json()).toMatchObject({ id: 'k "1"' });
  expect(await (await post(url, nameless, { 'idempotency-key': 'k-2' })).json()).toMatchObject({ id: 'k-2' });
  expect(await (await post(url, add('k-2'), { 'idempotency-key': 'k-2' })).json()).toMatchObject({ duplicate: true });
  const other = await post(url, add('k-3'), { 'idempotency-key': 'k-2' });
  expect([other.status, await other.json()]).toMatchObject([400, { code: 'REQUEST_INVALID', path: 'id' }]);
});

it('is accepted with a place to look, at once or when the wait is over, and its outcome is there later', async () => {
  site = await Site.open();
  const url = await site.serve();
  const started = performance.now();
  const accepted = await post(url, add('r/1'), { prefer: 'respond-async' });
  expect(accepted.status).toBe(202);
  expect(accepted.headers.get('preference-applied')).toBe('respond-async');
  expect(await accepted.json()).toMatchObject({ outcome: 'accepted', id: 'r/1', session: 'r/1', duplicate: false });
  expect(performance.now() - started).toBeLessThan(5_000);
  const place = accepted.headers.get('location') ?? '';
  expect(place).toBe('/v1/requests/r%2F1');
  expect((await fetch(url + place)).status).toBe(202);
  const late = await post(url, add('r-2'), {}, '/v1/requests?wait=50ms');
  expect([late.status, await late.json()]).toMatchObject([202, { outcome: 'accepted', id: 'r-2' }]);
  const waiting = fetch(`${url}${place}?wait=30s`);
  site.work();
  const outcome = await waiting;
  expect([outcome.status, await outcome.json()]).toMatchObject([200, { id: 'r/1', outcome: 'committed' }]);
  expect((await fetch(`${url}/v1/requests/r-9`)).status).toBe(404);
  await site.env.sessions.create('notes', 'a note', { id: 'note' });
  expect((await fetch(`${url}/v1/requests/note`)).status).toBe(404);
});

it('is one request whichever frontend it comes to, and all who wait hear of it', async () => {
  site = await Site.open();
  const urls = [await site.serve({ name: 'a' }), await site.serve({ name: 'b' }), await site.serve({ name: 'c' })];
  const asked = urls.flatMap((url) => [post(url, add('r-1')), post(url, add('r-1'))]);
  await expect.poll(() => site?.env.sessions.get('r-1')).toBeDefined();
  site.work();
  const receipts = await Promise.all(asked.map(async (answer) => (await answer).json()));
  expect(new Set(receipts.map((receipt) => (receipt as { position: string }).position)).size).toBe(1);
  expect((await site.env.get('n'))?.value).toBe(1);
});

it('that a frontend left behind is answered by its successor', async () => {
  site = await Site.open();
  const first = await site.serve({ name: 'a' });
  const lost = post(first, add('r-1'), {}, '/v1/requests?wait=1s');
  await expect.poll(() => site?.env.sessions.get('r-1')).toBeDefined();
  await lost;
  await site.stopFrontend();
  const second = await site.serve({ name: 'a' });
  const again = post(second, add('r-1'));
  site.work();
  expect(await (await again).json()).toMatchObject({ id: 'r-1', outcome: 'committed' });
  expect((await site.env.get('n'))?.value).toBe(1);
});

it('is answered that it was removed from its queue', async () => {
  site = await Site.open();
  const url = await site.serve();
  const asked = post(url, add('r-1'));
  await expect.poll(() => site?.env.sessions.get('r-1')).toBeDefined();
  await site.env.sessions.remove('r-1');
  const answer = await asked;
  expect([answer.status, await answer.json()]).toMatchObject([410, { code: 'SESSION_GONE' }]);
  expect((await fetch(`${url}/v1/requests/r-1`)).status).toBe(410);
});

it('gives its response to the queue that it names itself, and is answered all the same', async () => {
  site = await Site.open();
  const url = await site.serve();
  site.work();
  expect(await (await post(url, add('r-1', { respond: 'mine' }))).json()).toMatchObject({ outcome: 'committed' });
  expect((await site.env.sessions.theme('mine')).counts.ready).toBe(1);
});

it('belongs to the trace of its caller', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post(url, add('r-1'), { traceparent });
  await post(url, add('r-2', { correlation: 'mine' }), { traceparent });
  expect(await site.env.transaction('r-1')).toMatchObject({
    correlation: '4bf92f3577b34da6a3ce929d0e0e4736',
    traceparent,
  });
  expect(await site.env.transaction('r-2')).toMatchObject({ correlation: 'mine', traceparent });
  const own = '00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-01';
  await post(url, add('r-3', { traceparent: own }), { traceparent });
  expect(await site.env.transaction('r-3')).toMatchObject({ traceparent: own });
  await post(url, add('r-4'), { traceparent: `${traceparent}x` });
  expect(await site.env.transaction('r-4')).not.toHaveProperty('traceparent');
  expect((await post(url, add('r-5', { traceparent: 'x' }))).status).toBe(400);
});

it('without an id gets the one of its balancer, so that another frontend may be asked', async () => {
  site = await Site.open();
  const urls = [await site.serve({ name: 'a', isDirect: true }), await site.serve({ name: 'b', isDirect: true })];
  const { id: _, ...nameless } = add('');
  const header = { 'txlog-request-id': 'b-1' };
  for (const url of urls) expect(await (await post(url, nameless, header)).json()).toMatchObject({ id: 'b-1' });
  expect(await (await post(urls[0] ?? '', add('mine'), header)).json()).toMatchObject({ id: 'mine' });
  expect((await site.env.get('n'))?.value).toBe(2);
  const lines = [nameless, add('mine'), nameless].map((one) => JSON.stringify(one)).join('\n');
  const stream = await post(urls[1] ?? '', lines, { 'txlog-request-id': 's', 'content-type': 'application/x-ndjson' });
  const ids = (await stream.text())
    .trimEnd()
    .split('\n')
    .map((text) => (JSON.parse(text) as { id: string }).id);
  expect(ids).toEqual(['s/1', 'mine', 's/3']);
});
