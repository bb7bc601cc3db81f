// Goal: an HTTP step sends what it was told to, and its outcome never claims more than is known of the callee.
// Method: real servers on the loopback that answer, refuse, stall, break off and flood.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import type { HttpCall, StepContext } from '../../src/core/app/saga-definition.ts';
import { systemEffects } from '../../src/effects/system-effects.ts';
import { contextOf, resultOf, verdicts } from './context.ts';
import { type Asked, closedPort, TestServer } from './server.ts';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(answer: (response: ServerResponse, asked: Asked) => void, isSecure = false): Promise<TestServer> {
  const server = await TestServer.start(answer, isSecure);
  servers.push(server);
  return server;
}

const call = (http: HttpCall, fields: Partial<StepContext> = {}) => systemEffects().http(http, contextOf(fields));
const json = (value: unknown) => (response: ServerResponse) =>
  response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(value));

it('a call posts JSON with the key, and returns the status and the JSON of the answer', async () => {
  const server = await serve(json({ id: 9, name: 'é' }));
  const outcome = await call({ url: server.url('/orders?dry=1'), body: { amount: 3 } });
  expect(outcome).toEqual({ ok: true, result: { status: 200, body: { id: 9, name: 'é' } } });
  const [asked] = server.asked;
  expect(asked).toMatchObject({ method: 'POST', url: '/orders?dry=1', body: '{"amount":3}' });
  expect(asked?.headers).toMatchObject({ 'idempotency-key': 'order-1/reserve', 'content-type': 'application/json' });
});

it('a call that gets has no body, and takes an answer that is no JSON for text', async () => {
  const server = await serve((response) => response.end('[1]'));
  expect(resultOf(await call({ url: server.url() }))).toEqual({ status: 200, body: '[1]' });
  expect(server.asked).toMatchObject([{ method: 'GET', body: '' }]);
  expect(server.asked[0]?.headers).not.toHaveProperty('content-type');
});

it('a call sends text as it is, and prefers its own headers to all but the key', async () => {
  const server = await serve((response) => response.end());
  const headers = { 'Content-Type': 'text/csv', 'idempotency-key': 'mine', 'x-tag': 'a' };
  await call({ url: server.url(), method: 'put', headers, body: 'a,b\n' });
  expect(server.asked[0]).toMatchObject({ method: 'PUT', body: 'a,b\n' });
  expect(server.asked[0]?.headers).toMatchObject({
    'content-type': 'text/csv',
    'idempotency-key': 'order-1/reserve',
    'x-tag': 'a',
  });
});

it.each(['DELETE', 'patch', 'OPTIONS', 'HEAD', 'PURGE'])('a call can have the method %s', async (method) => {
  const server = await serve((response) => response.writeHead(204).end());
  expect(resultOf(await call({ url: server.url(), method }))).toEqual({ status: 204, body: null });
  expect(server.asked[0]?.method).toBe(method.toUpperCase());
});

it('the header of a key encodes what a header cannot hold, so that no two keys become one', async () => {
  const server = await serve((response) => response.end());
  for (const key of ['grün 1/a', 'gr%C3%BCn%201/a', '\ud83d']) await call({ url: server.url() }, { key });
  expect(server.asked.map(({ headers }) => headers['idempotency-key'])).toEqual([
    'gr%C3%BCn%201/a',
    'gr%25C3%25BCn%25201/a',
    '%EF%BF%BD',
  ]);
});

it('the credentials of a URL are sent as a header, and never shown', async () => {
  const server = await serve((response) => response.writeHead(500).end('no'));
  const outcome = await call({ url: `http://me:s%40cret@${server.host}/a/b?token=hidden#c` });
  expect(outcome).toEqual({ ...verdicts.unknown, error: `GET http://${server.host}/a/b: 500: no` });
  expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:s@cret').toString('base64')}`);
});

it('an answer that JSON cannot hold exactly is kept as text', async () => {
  for (const body of ['{"id":12345678901234567890}', '{"__proto__":1}', '{"a":', '"\\ud83d"']) {
    const server = await serve((response) => response.setHeader('content-type', 'application/hal+json').end(body));
    expect(resultOf(await call({ url: server.url() }))).toEqual({ status: 200, body });
  }
});

it.each([
  [300, verdicts.spoiled],
  [304, verdicts.spoiled],
  [400, verdicts.refused],
  [404, verdicts.refused],
  [408, verdicts.unknown],
  [409, verdicts.refused],
  [422, verdicts.refused],
  [425, verdicts.unsent],
  [429, verdicts.unsent],
  [500, verdicts.unknown],
  [503, verdicts.unknown],
])('the status %d of an answer is read as what it means', async (status, verdict) => {
  const server = await serve((response) => response.writeHead(status).end());
  const error = `POST ${server.url('/x')}: ${status}`;
  expect(await call({ url: server.url('/x?q'), body: 1 })).toEqual({ ...verdict, error });
});

it('an error shows the first 200 characters of its body', async () => {
  const server = await serve((response) => response.writeHead(400).end('é'.repeat(5_000)));
  const error = `GET ${server.url()}: 400: ${'é'.repeat(200)}`;
  expect(await call({ url: server.url() })).toEqual({ ...verdicts.refused, error });
});

it('an error counts by its status when its body breaks off', async () => {
  const server = await serve((response) => {
    response.writeHead(404, { 'content-length': '100' });
    response.write('gone', () => response.destroy());
  });
  expect(await call({ url: server.url() })).toMatchObject(verdicts.refused);
});

it('an answer is read no further than a value may hold, and its connection is closed', async () => {
  let isClosed: Promise<unknown> | undefined;
  const server = await serve((response) => {
    isClosed = once(response, 'close');
    const chunk = Buffer.alloc(64 * 1024, 'x');
    // Endless, unless the other side ends it.
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  const outcome = await call({ url: server.url() });
  const error = `GET ${server.url()}: the result is over the limit of 1048576 bytes`;
  expect(outcome).toEqual({ ...verdicts.spoiled, error });
  await isClosed;
});

it('a call whose connection breaks may have done its work', async () => {
  const reset = await serve((response) => response.destroy());
  expect(await call({ url: reset.url(), body: 1 })).toMatchObject(verdicts.unknown);
  const half = await serve((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const outcome = await call({ url: half.url(), body: 1 });
  expect(outcome).toMatchObject(verdicts.unknown);
  expect(outcome).toHaveProperty('error', expect.stringContaining('200, but its body broke off'));
});

it('a call without a connection did nothing', async () => {
  const port = await closedPort();
  const refused = await call({ url: `http://127.0.0.1:${port}/`, body: 1 });
  expect(refused).toMatchObject(verdicts.unsent);
  expect(refused).toHaveProperty('error', expect.stringContaining('ECONNREFUSED'));
  // Two addresses, where the machine has both.
  expect(await call({ url: `http://localhost:${port}/`, body: 1 })).toMatchObject(verdicts.unsent);
  const nowhere = await call({ url: 'http://no-such-host.invalid/' });
  expect(nowhere).toMatchObject(verdicts.unsent);
  expect(nowhere).toHaveProperty('error', expect.stringMatching(/ENOTFOUND|EAI_AGAIN/));
});

it('a call sends nothing to a server that it does not trust', async () => {
  const secure = await serve((response) => response.end(), true);
  const untrusted = await call({ url: `https://${secure.host}/`, body: 1 });
  expect(untrusted).toMatchObject(verdicts.unsent);
  expect(untrusted).toHaveProperty('error', expect.stringMatching(/DEPTH_ZERO_SELF_SIGNED_CERT/));
  expect(secure.asked).toEqual([]);
  const plain = await serve((response) => response.end());
  expect(await call({ url: `https://${plain.host}/`, body: 1 })).toMatchObject(verdicts.unsent);
});

it('a redirect that keeps the method is followed, and headers of the call do not go elsewhere', async () => {
  const end = await serve((response, asked) => json([asked.method, asked.body])(response));
  const server = await serve((response, { url }) => {
    const [, status = '', where = ''] = url.split('/');
    const location = where === 'near' ? '/307/far' : end.url('/end');
    response.writeHead(Number(status), { location }).end('moved');
  });
  const headers = { authorization: 'secret', 'x-api-key': 'secret', cookie: 'secret', accept: 'application/json' };
  const follow = async (path: string, fields: object = { body: 1 }) =>
    resultOf(await call({ url: server.url(path), headers, ...fields }));
  expect(await follow('/308/far')).toEqual({ status: 200, body: ['POST', '1'] });
  expect(await follow('/307/near', { method: 'PUT', body: 2 })).toEqual({ status: 200, body: ['PUT', '2'] });
  expect(server.asked.at(-1)?.headers).toMatchObject({ authorization: 'secret', 'x-api-key': 'secret' });
  for (const status of [301, 302, 303, 307, 308]) {
    expect(await follow(`/${status}/far`, {})).toEqual({ status: 200, body: ['GET', ''] });
    const head = await call({ url: server.url(`/${status}/far`), headers, method: 'HEAD' });
    expect(resultOf(head)).toEqual({ status: 200, body: null });
  }
  expect(end.asked).toHaveLength(12);
  for (const { headers } of end.asked) {
    expect(JSON.stringify(headers)).not.toContain('secret');
    expect(headers).toMatchObject({ 'idempotency-key': 'order-1/reserve', accept: 'application/json' });
  }
});

it.each([
  ['POST', 301],
  ['POST', 302],
  ['POST', 303],
  ['PUT', 301],
  ['PUT', 303],
  ['PATCH', 302],
  ['DELETE', 303],
])('a redirect that another method would get is not followed: of a %s with %d', async (method, status) => {
  const server = await serve((response, { url }) => {
    if (url === '/login') return json('please log in')(response);
    return response.writeHead(status, { location: '/login?next=secret' }).end();
  });
  const outcome = await call({ url: server.url(), method, ...(method !== 'DELETE' && { body: 1 }) });
  expect(outcome).toMatchObject(verdicts.spoiled);
  expect(outcome).toHaveProperty('error', expect.stringContaining(`${status} leads to ${server.url('/login')}, which`));
  expect(JSON.stringify(outcome)).not.toContain('secret');
  expect(server.asked).toHaveLength(1);
});

it('a second redirect is not followed either, when it changes the method', async () => {
  const server = await serve((response, { url }) => {
    response.writeHead(url === '/' ? 307 : 302, { location: url === '/' ? '/two' : '/three' }).end();
  });
  expect(await call({ url: server.url(), body: 1 })).toMatchObject(verdicts.spoiled);
  expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /', 'POST /two']);
});

it('a circle of redirects is followed 20 times', async () => {
  const server = await serve((response) => response.writeHead(307, { location: '/' }).end());
  expect(await call({ url: server.url(), body: 1 })).toMatchObject(verdicts.spoiled);
  expect(server.asked).toHaveLength(21);
});

it('a redirect that leads to a failure leaves unknown what happened before it', async () => {
  const port = await closedPort();
  const server = await serve((response, { url }) => {
    const location = url === '/away' ? `http://127.0.0.1:${port}/` : '/missing';
    response.writeHead(url === '/missing' ? 404 : 307, { location }).end();
  });
  expect(await call({ url: server.url('/away'), body: 1 })).toMatchObject(verdicts.unknown);
  expect(await call({ url: server.url('/near'), body: 1 })).toMatchObject(verdicts.spoiled);
});

it('an answer without a length is taken when its JSON is whole, and else for half', async () => {
  const answer = (body: string) => `HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${body}`;
  const server = await serve((response, { url }) => {
    response.socket?.end(answer(url === '/whole' ? '{"a":1}' : '{"a":'));
  });
  expect(resultOf(await call({ url: server.url('/whole'), body: 1 }))).toEqual({ status: 200, body: { a: 1 } });
  expect(await call({ url: server.url('/half'), body: 1 })).toMatchObject(verdicts.unknown);
});

it.each([
  ['shorter than it says', { 'content-length': '100' }, 'half'],
  ['cut between two chunks', { 'transfer-encoding': 'chunked' }, '4\r\nhalf\r\n'],
  ['cut where it is packed', { 'content-encoding': 'gzip', 'content-length': '100' }, '\x1f\x8b\b'],
])('an answer that is %s is no result', async (_, headers, body) => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const server = await serve((response) => {
    response.socket?.end(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n${body}`, 'latin1');
  });
  expect(await call({ url: server.url(), body: 1 })).toMatchObject(verdicts.unknown);
});

it('a part of an answer is no result, unless the call asked for one', async () => {
  const server = await serve((response) => response.writeHead(206).end('part'));
  expect(await call({ url: server.url() })).toMatchObject(verdicts.spoiled);
  const asked = await call({ url: server.url(), headers: { range: 'bytes=0-3' } });
  expect(resultOf(asked)).toEqual({ status: 206, body: 'part' });
});

it('text is read in its character set, and bytes that are none of it are no result', async () => {
  const answers: Record<string, [string, Buffer]> = {
    '/latin': ['text/plain; charset="iso-8859-1"', Buffer.from('é', 'latin1')],
    '/plain': ['text/plain', Buffer.from('é', 'latin1')],
    '/json': ['application/json', Buffer.from('"é"', 'latin1')],
    '/unknown': ['text/plain; charset=no-such', Buffer.from('e')],
  };
  const server = await serve((response, { url }) => {
    const [type = '', body] = answers[url] ?? [];
    response.setHeader('content-type', type).end(body);
  });
  expect(resultOf(await call({ url: server.url('/latin') }))).toEqual({ status: 200, body: 'é' });
  for (const path of ['/plain', '/json', '/unknown'])
    expect(await call({ url: server.url(path), body: 1 }), path).toMatchObject(verdicts.spoiled);
});

it.each<[string, HttpCall, string]>([
  ['half a URL', { url: '/orders' }, 'GET: the url is invalid'],
  ['another protocol', { url: 'data:,x' }, 'GET: the url begins with http'],
  ['a header of two lines', { url: 'http://a/', headers: { 'x-a': 'secret\nb' } }, 'GET http://a/: the header x-a'],
  ['a header of no name', { url: 'http://a/', headers: { 'x a': 'secret' } }, 'GET http://a/: the header x a'],
  ['a header that is fetch’s own', { url: 'http://127.0.0.1/', headers: { 'transfer-encoding': 'x' } }, 'GET http://'],
  ['no method', { url: 'http://a/', method: 'GE T' }, 'GE T http://a/: '],
  ['a method that cannot be sent', { url: 'http://a/', method: 'TRACE' }, 'TRACE http://a/: '],
  ['a body where there is none', { url: 'http://a/', method: 'GET', body: 1 }, 'GET http://a/: '],
  ['a body that is no JSON', { url: 'http://a/', body: [Number.NaN] }, 'POST http://a/: body[0]: NaN'],
])('a call with %s is refused for good', async (_what, http, error) => {
  const outcome = await call(http);
  expect(outcome).toMatchObject(verdicts.refused);
  expect(outcome).toHaveProperty('error', expect.stringContaining(error));
  expect(JSON.stringify(outcome)).not.toContain('secret');
});

it('a call ends when its time is over, before the answer or within it', async () => {
  for (const isBegun of [false, true]) {
    const controller = new AbortController();
    let isClosed: Promise<unknown> | undefined;
    const server = await serve((response) => {
      isClosed = once(response, 'close');
      if (isBegun) response.write('begun', () => controller.abort(new Error('its 5 s are over')));
      else controller.abort(new Error('its 5 s are over'));
    });
    const outcome = await call({ url: server.url() }, { signal: controller.signal });
    expect(outcome).toEqual({ ...verdicts.unknown, error: 'its 5 s are over' });
    await isClosed;
  }
});

it('a call sends nothing when the signal aborted before', async () => {
  const server = await serve((response) => response.end());
  const signal = AbortSignal.abort(new Error('the worker stops'));
  const error = 'the worker stops';
  expect(await call({ url: server.url() }, { signal })).toEqual({ ...verdicts.unsent, error });
  expect(server.asked).toEqual([]);
});
