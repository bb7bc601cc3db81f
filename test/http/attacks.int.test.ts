// Goal: what is malformed, too large, too slow, or from another site is refused, tells why, and harms nobody else. Method: raw
// sockets and forged headers against a real frontend, which answers others meanwhile.
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { post, Site } from './site.ts';

let site: Site;
let url: string;

beforeAll(async () => {
  site = await Site.open();
  url = await site.serve({ isDirect: true, hosts: ['shop.example'] });
});

afterAll(async () => {
  expect((await post(url, sound)).status).toBe(200);
  await site.close();
});

/** Sends bytes as they are, and reads until the connection ends, or goes quiet. */
async function raw(text: string | Buffer): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const parts: string[] = [];
  socket.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  socket.on('error', () => undefined);
  socket.write(text);
  socket.setTimeout(5_000, () => socket.destroy());
  // An error, such as that the other side has closed, comes before it.
  await new Promise((resolve) => socket.once('close', resolve));
  return parts.join('');
}

const head = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const sound = { type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] };
const records = async () => (await site.env.head()).position;

it.each([
  ['two lengths', ['POST /v1/requests HTTP/1.1', 'host: localhost', 'content-length: 2', 'content-length: 30']],
  [
    'a length and chunks',
    ['POST /v1/requests HTTP/1.1', 'host: localhost', 'content-length: 4', 'transfer-encoding: chunked'],
  ],
  ['chunks that are none', ['POST /v1/requests HTTP/1.1', 'host: localhost', 'transfer-encoding: chunked, identity']],
  ['a header with a line feed alone', ['GET /v1/requests/x HTTP/1.1\nx: y', 'host: localhost']],
  ['a blank before the colon', ['GET /v1/requests/x HTTP/1.1', 'host : localhost']],
  ['no host', ['GET /v1/requests/x HTTP/1.1']],
  ['what is no HTTP', ['hello']],
])('smuggling: %s', async (_, lines) => {
  const before = await records();
  const answer = await raw(`${head(lines)}0\r\n\r\nGET /v1/requests/smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(new Set(answer.match(/HTTP\/1\.1 \d+/g))).toEqual(new Set(['HTTP/1.1 400']));
  expect(await records()).toBe(before);
});

it('a head that is too large', async () => {
  expect(await raw(head(['GET / HTTP/1.1', 'host: localhost', `x: ${'a'.repeat(limits.httpHeadBytesMax)}`]))).toMatch(
    /^HTTP\/1\.1 431 [\s\S]*application\/problem\+json[\s\S]*HTTP_INVALID/,
  );
});

it.each([
  ['a body over the limit', 'x'.repeat(limits.requestBytesMax + 100_000), {}, 413, 'REQUEST_TOO_LARGE'],
  ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'MEDIA_UNSUPPORTED'],
  ['another type of body', '{}', { 'content-type': 'text/plain' }, 415, 'MEDIA_UNSUPPORTED'],
  ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'MEDIA_UNSUPPORTED'],
  ['no JSON', '{', {}, 400, 'JSON_INVALID'],
  ['a doubled key', '{"type":"a","type":"b"}', {}, 400, 'JSON_DUPLICATE_KEY'],
  ['a key of prototypes', '{"type":"a","payload":{"__proto__":1}}', {}, 400, 'JSON_FORBIDDEN_KEY'],
  ['a deep body', `{"type":"a","payload":${'['.repeat(100)}${']'.repeat(100)}}`, {}, 400, 'JSON_TOO_DEEP'],
  ['another site', '{"type":"a","changes":[]}', { origin: 'https://evil.example' }, 421, 'HOST_REFUSED'],
  ['a page without origin', '{"type":"a","changes":[]}', { origin: 'null' }, 421, 'HOST_REFUSED'],
])('%s', async (_, body, headers, status, code) => {
  const before = await records();
  const answer = await post(url, body, headers);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, await answer.json()]).toMatchObject([
    status,
    { status, code, type: `urn:txlog:error:${code}` },
  ]);
  expect(await records()).toBe(before);
});

it('a body over the limit that does not say how long it is', async () => {
  const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
  const lines = [
    'POST /v1/requests HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'transfer-encoding: chunked',
  ];
  expect(await raw(`${head(lines)}${chunk.repeat(8)}0\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*REQUEST_TOO_LARGE/i,
  );
});

it('a bomb of gzip is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 32));
  const sent = Buffer.concat([
    Buffer.from(
      head([
        'POST /v1/requests HTTP/1.1',
        'host: localhost',
        'content-type: application/json',
        'content-encoding: gzip',
        `content-length: ${bomb.length}`,
      ]),
    ),
    bomb,
  ]);
  expect(await raw(sent)).toMatch(/^HTTP\/1\.1 415 /);
});

it('bytes that are no UTF-8', async () => {
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
  const answer = await fetch(`${url}/v1/requests`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(await answer.json()).toMatchObject({ code: 'UTF8_INVALID' });
});

it.each([
  ['evil.example', 421],
  ['evil.example:8080', 421],
  ['localhost.evil.example', 421],
  ['localhost', 404],
  ['127.0.0.2:99', 404],
  ['[::1]:80', 404],
  ['SHOP.example', 404],
  ['192.168.7.7', 404],
])('a name of the host that was made to lead here: %s', async (host, status) => {
  expect(await raw(head(['GET /v1/requests/none HTTP/1.1', `host: ${host}`, 'connection: close']))).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} `),
  );
});

it.each([
  ['GET', '/v1/requests/../../etc/passwd', 404, 'TRANSACTION_NOT_FOUND'],
  ['GET', '/v1/requests/%2e%2e%2fetc', 404, 'TRANSACTION_NOT_FOUND'],
  ['GET', '/v1/requests/%zz', 400, 'HTTP_INVALID'],
  ['GET', '/v1/requests/%00', 404, 'TRANSACTION_NOT_FOUND'],
  ['GET', '/nothing', 404, 'ROUTE_NOT_FOUND'],
  ['DELETE', '/v1/requests/r-1', 405, 'METHOD_NOT_ALLOWED'],
  ['PUT', '/v1/requests', 405, 'METHOD_NOT_ALLOWED'],
  ['TRACE', '/v1/requests', 405, 'METHOD_NOT_ALLOWED'],
  ['POST', '/v1/requests?nope=1', 400, 'USAGE'],
  ['POST', '/v1/requests?wait=2h', 400, 'USAGE'],
])('%s %s', async (method, path, status, code) => {
  const body = JSON.stringify(sound);
  const lines = [
    ...[`${method} ${path} HTTP/1.1`, 'host: localhost', 'connection: close'],
    ...['content-type: application/json', `content-length: ${body.length}`],
  ];
  const answer = await raw(`${head(lines)}${body}`);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*problem\\+json[\\s\\S]*"code":"${code}"`));
});

it('a name of a request cannot add headers to an answer', async () => {
  const answer = await post(
    await site.serve({ name: 'queued' }),
    { id: 'a b"\u00e9', type: 'x', changes: [] },
    { prefer: 'respond-async' },
  );
  expect(answer.headers.get('location')).toBe('/v1/requests/a%20b%22%C3%A9');
  const bad = await post(url, { id: 'a\r\nx: y', type: 'x', changes: [] });
  expect(await bad.json()).toMatchObject({ code: 'REQUEST_INVALID' });
});

it('many connections that send nothing do not keep others waiting', async () => {
  const port = Number(new URL(url).port);
  const idle = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  for (const socket of idle)
    socket.write(
      'POST /v1/requests HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
  const began = performance.now();
  for (let i = 0; i < 20; i++) expect((await post(url, sound)).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(5_000);
  for (const socket of idle) socket.destroy();
});
