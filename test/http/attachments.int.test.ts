// Goal: a file comes in whole or not at all, and goes out as a whole or in ranges, as any client of HTTP asks for it. Method: a real
// frontend, uploads that are whole, wrong and broken off, and the ranges of the standard.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRange } from '../../src/http/route/asked-range.ts';
import { readDigestField } from '../../src/http/route/digest-field.ts';
import { post, Site } from './site.ts';

let site: Site;
let url: string;
const data = randomBytes(3_000_000);
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes);
const digest = hash(data).digest('hex');
const octets = { 'content-type': 'application/octet-stream' };
const field = (bytes: Uint8Array) => ({ 'content-digest': `sha-256=:${hash(bytes).digest('base64')}:` });

const put = (bytes: Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(`${url}/v1/attachments`, { method: 'POST', body: bytes, headers: { ...octets, ...headers } });
const get = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  fetch(`${url}/v1/attachments/${digest}`, { method, headers });

beforeAll(async () => {
  site = await Site.open();
  url = await site.serve({ isDirect: true });
});

afterAll(() => site.close());

it('is kept, and a request may name it then', async () => {
  const first = await put(data, field(data));
  expect([first.status, first.headers.get('location'), await first.json()]).toEqual([
    201,
    `/v1/attachments/${digest}`,
    { v: 1, digest, bytes: data.length, duplicate: false },
  ]);
  const again = await put(data);
  expect([again.status, await again.json()]).toMatchObject([200, { duplicate: true }]);
  const named = {
    id: 'a-1',
    type: 'photo',
    attachments: [digest],
    changes: [{ op: 'set', key: 'photo', value: digest }],
  };
  expect((await post(url, named)).status).toBe(200);
  const missing = await post(url, { ...named, id: 'a-2', attachments: ['0'.repeat(64)] });
  expect([missing.status, await missing.json()]).toMatchObject([422, { rejection: { code: 'ATTACHMENT_MISSING' } }]);
});

it('with another digest is refused', async () => {
  const answer = await put(Buffer.from('other'), field(data));
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'ATTACHMENT_INVALID' }]);
  const broken = await put(Buffer.from('x'), { 'content-digest': 'sha-256=:abc:' });
  expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'HTTP_INVALID' }]);
  const json = await post(url, '{}', {}, '/v1/attachments');
  expect([json.status, await json.json()]).toMatchObject([415, { code: 'MEDIA_UNSUPPORTED' }]);
});

it('that breaks off is not there, and goes on when it comes again', async () => {
  const long = randomBytes(2_000_000);
  const asked = request(`${url}/v1/attachments`, {
    method: 'POST',
    headers: { ...octets, ...field(long), 'content-length': String(long.length) },
  });
  asked.on('error', () => undefined);
  asked.write(long.subarray(0, 1_000_000));
  const name = hash(long).digest('hex');
  await new Promise((resolve) => setTimeout(resolve, 200));
  asked.destroy();
  await expect.poll(async () => (await site.env.attachments.show(name)).partBytes).toBeGreaterThan(500_000);
  expect((await fetch(`${url}/v1/attachments/${name}`)).status).toBe(404);
  await expect.poll(async () => (await put(long, field(long))).status).toBe(201);
  expect(Buffer.from(await (await fetch(`${url}/v1/attachments/${name}`)).arrayBuffer()).equals(long)).toBe(true);
});

it('goes out whole, once: a client that has it gets no bytes', async () => {
  const answer = await get();
  expect(Buffer.from(await answer.arrayBuffer()).equals(data)).toBe(true);
  const header = (name: string) => answer.headers.get(name);
  expect([header('content-length'), header('etag'), header('accept-ranges')]).toEqual([
    '3000000',
    `"${digest}"`,
    'bytes',
  ]);
  expect(header('repr-digest')).toBe(field(data)['content-digest']);
  expect([header('content-disposition'), header('x-content-type-options')]).toEqual(['attachment', 'nosniff']);
  const again = await get({ 'if-none-match': `"${digest}"` });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  const head = await get({}, 'HEAD');
  expect([head.status, head.headers.get('content-length'), (await head.arrayBuffer()).byteLength]).toEqual([
    200,
    '3000000',
    0,
  ]);
});

it.each([
  ['bytes=0-9', 0, 10],
  ['bytes=2999990-', 2_999_990, 3_000_000],
  ['bytes=-5', 2_999_995, 3_000_000],
  ['bytes=100-99999999', 100, 3_000_000],
])('goes out in a range: %s', async (range, start, end) => {
  const answer = await get({ range });
  expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/3000000`]);
  expect(Buffer.from(await answer.arrayBuffer()).equals(data.subarray(start, end))).toBe(true);
});

it('has no range beyond its end, and ranges only of the version that is meant', async () => {
  const beyond = await get({ range: 'bytes=3000000-' });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */3000000']);
  expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  expect((await get({ range: 'bytes=0-1', 'if-range': `"${digest}"` })).status).toBe(206);
});

it('is asked for by a digest, and by nothing else', async () => {
  for (const name of ['0'.repeat(64), 'ABC', '..%2f..%2fetc%2fpasswd', digest.toUpperCase()])
    expect((await fetch(`${url}/v1/attachments/${name}`)).status).toBe(404);
});

it('does not keep a client waiting that goes away', async () => {
  const asked = request(`${url}/v1/attachments/${digest}`).end();
  const [answer] = await once(asked, 'response');
  answer.on('error', () => undefined);
  answer.destroy();
  expect((await get({ range: 'bytes=0-0' })).status).toBe(206);
});

it.each([
  ['bytes=5-2', 'all'],
  ['bytes=-', 'all'],
  ['bytes=0-1,3-4', 'all'],
  ['items=0-1', 'all'],
  ['bytes=a-b', 'all'],
  [undefined, 'all'],
  ['bytes=-0', 'none'],
  ['bytes=10-', 'none'],
  ['bytes = 0 - 1', { start: 0, end: 2 }],
  ['bytes=-99', { start: 0, end: 10 }],
])('the range %s of ten bytes', (header, range) => {
  expect(readRange(header, 10)).toEqual(range);
});

it('a field of digests may have others', () => {
  const text = field(data)['content-digest'];
  expect(readDigestField(`md5=:abc:, ${text}`)).toBe(digest);
  expect(readDigestField('sha-512=:abc:')).toBeUndefined();
  expect(readDigestField(undefined)).toBeUndefined();
});
