// Goal: an upload goes on where it broke off, at any frontend, and becomes an attachment once all of it came; nothing else does.
// Method: real frontends on one environment, the client of the protocol's authors, the client of the library, and plain requests.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { limits } from '../../src/core/base/limits.ts';
import { expireUploads } from '../../src/http/frontend/upload-expiry.ts';
import { Site } from './site.ts';

let site: Site;
let a: string;
let b: string;
const tus = { 'tus-resumable': '1.0.0' };
const part = { ...tus, 'content-type': 'application/offset+octet-stream' };
const data = randomBytes(3_000_000);
const hash = (bytes: Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest();
const hex = (bytes: Uint8Array) => hash(bytes).toString('hex');
const repr = (bytes: Uint8Array) => ({ 'repr-digest': `sha-256=:${hash(bytes).toString('base64')}:` });

beforeAll(async () => {
  site = await Site.open();
  a = await site.serve({ name: 'a', isDirect: true });
  b = await site.serve({ name: 'b', isDirect: true });
});
afterAll(() => site.close());

async function create(bytes: number, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(`${a}/v1/uploads`, {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(bytes), ...headers },
  });
  expect(answer.status).toBe(201);
  return answer.headers.get('location') ?? '';
}

const patch = (path: string, offset: number, bytes: Uint8Array, headers = {}) =>
  fetch(path, {
    method: 'PATCH',
    body: new Uint8Array(bytes),
    headers: { ...part, 'upload-offset': String(offset), ...headers },
  });
const head = (path: string) => fetch(path, { method: 'HEAD', headers: tus });
const offsetAt = async (path: string) => Number((await head(path)).headers.get('upload-offset'));
const download = async (digest: string) =>
  Buffer.from(await (await fetch(`${a}/v1/attachments/${digest}`)).arrayBuffer());

it('says what of the protocol it speaks', async () => {
  const answer = await fetch(`${a}/v1/uploads`, { method: 'OPTIONS' });
  expect([answer.status, answer.headers.get('tus-version')]).toEqual([204, '1.0.0']);
  expect(answer.headers.get('tus-extension')).toBe('creation,expiration,checksum');
  const old = await fetch(`${a}/v1/uploads`, { method: 'POST', headers: { 'upload-length': '1' } });
  expect([old.status, old.headers.get('tus-version'), await old.json()]).toMatchObject([
    412,
    '1.0.0',
    { code: 'UPLOAD_VERSION' },
  ]);
});

it('goes on at another frontend, and is an attachment once all of it came', async () => {
  const at = await create(data.length);
  const first = await patch(a + at, 0, data.subarray(0, 1_000_000));
  expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '1000000']);
  expect(Date.parse(first.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now());
  expect(await offsetAt(b + at)).toBe(1_000_000);
  expect((await fetch(`${a}/v1/attachments/${hex(data)}`)).status).toBe(404);
  const wrong = await patch(b + at, 5, data.subarray(5));
  expect([wrong.status, await wrong.json()]).toMatchObject([409, { code: 'ATTACHMENT_CONFLICT' }]);
  const last = await patch(b + at, 1_000_000, data.subarray(1_000_000));
  expect([last.status, last.headers.get('content-location')]).toEqual([204, `/v1/attachments/${hex(data)}`]);
  expect(last.headers.get('repr-digest')).toBe(repr(data)['repr-digest']);
  expect((await download(hex(data))).equals(data)).toBe(true);
  // The answer was lost, and the client asks.
  const asked = await head(a + at);
  expect([asked.headers.get('upload-offset'), asked.headers.get('content-location')]).toEqual([
    String(data.length),
    `/v1/attachments/${hex(data)}`,
  ]);
});

it('keeps what came of a part that broke off, but for one with a checksum', async () => {
  const bytes = randomBytes(400_000);
  for (const isChecked of [false, true]) {
    const at = await create(bytes.length);
    const checksum = { 'upload-checksum': `sha256 ${hash(bytes).toString('base64')}` };
    const sent = request(a + at, {
      method: 'PATCH',
      headers: { ...part, 'upload-offset': '0', 'content-length': String(bytes.length), ...(isChecked && checksum) },
    });
    sent.on('error', () => undefined);
    sent.write(bytes.subarray(0, 200_000));
    await expect.poll(() => head(b + at).then(({ status }) => status)).toBe(423);
    const other = await patch(b + at, 0, bytes);
    expect([other.status, await other.json()]).toMatchObject([423, { code: 'UPLOAD_BUSY' }]);
    await pause(100);
    sent.destroy();
    await expect.poll(() => head(b + at).then(({ status }) => status)).toBe(200);
    expect(await offsetAt(b + at)).toBe(isChecked ? 0 : 200_000);
  }
});

it('of two parts at once takes one', async () => {
  const bytes = randomBytes(300_000);
  const at = await create(bytes.length);
  const answers = await Promise.all([a, b, a, b].map((url) => patch(url + at, 0, bytes)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 204).length).toBeGreaterThan(0);
  for (const status of statuses) expect([204, 409, 423]).toContain(status);
  expect((await download(hex(bytes))).equals(bytes)).toBe(true);
});

it('refuses a part with another checksum, more than it has, and all bytes with another digest', async () => {
  const bytes = randomBytes(50_000);
  const at = await create(bytes.length, repr(bytes));
  const damaged = await patch(a + at, 0, bytes, { 'upload-checksum': `sha1 ${hash(data, 'sha1').toString('base64')}` });
  expect([damaged.status, await damaged.json()]).toMatchObject([460, { code: 'UPLOAD_DAMAGED' }]);
  const odd = await patch(a + at, 0, bytes, { 'upload-checksum': 'md5 aaaa' });
  expect(odd.status).toBe(400);
  expect(await offsetAt(a + at)).toBe(0);
  expect((await patch(a + at, 0, Buffer.concat([bytes, bytes]))).status).toBe(413);
  const other = randomBytes(50_000);
  const fresh = await create(bytes.length, repr(bytes));
  const wrong = await patch(a + fresh, 0, other);
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { code: 'ATTACHMENT_INVALID' }]);
  expect(await offsetAt(a + fresh)).toBe(0);
  const sum = { 'upload-checksum': `sha1 ${hash(bytes, 'sha1').toString('base64')}` };
  expect((await patch(a + fresh, 0, bytes, sum)).status).toBe(204);
});

it.each(['x', '../../etc', `zzzzzzzz-${'0'.repeat(36)}`, `1-${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}-x`])(
  'has no upload %s',
  async (id) => {
    const path = `${a}/v1/uploads/${encodeURIComponent(id)}`;
    expect((await head(path)).status).toBe(404);
    expect(await (await patch(path, 0, Buffer.from('x'))).json()).toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  },
);

it('has bounds of its own', async () => {
  for (const length of ['', '-1', 'many', '1e3'])
    expect(
      (await fetch(`${a}/v1/uploads`, { method: 'POST', headers: { ...tus, 'upload-length': length } })).status,
    ).toBe(400);
  const large = { ...tus, 'upload-length': String(limits.httpUploadBytesMax + 1) };
  expect((await fetch(`${a}/v1/uploads`, { method: 'POST', headers: large })).status).toBe(413);
  const at = await create(10);
  const json = await fetch(a + at, {
    method: 'PATCH',
    body: '{}',
    headers: { ...part, 'upload-offset': '0', 'content-type': 'application/json' },
  });
  expect(json.status).toBe(415);
  const empty = await create(0);
  expect((await head(b + empty)).headers.get('content-location')).toBe(`/v1/attachments/${hex(Buffer.alloc(0))}`);
});

it('is completed by whoever asks, when its frontend died behind the last byte', async () => {
  const bytes = randomBytes(20_000);
  const at = await create(bytes.length);
  const id = at.split('/').at(-1);
  const owner = createHash('sha256').update('').digest('hex').slice(0, 16);
  const begun = await site.env.attachments.store.begin(`tus-${owner}-${id}`);
  await begun.write(bytes);
  await begun.close(true);
  expect((await head(b + at)).headers.get('content-location')).toBe(`/v1/attachments/${hex(bytes)}`);
  expect((await download(hex(bytes))).equals(bytes)).toBe(true);
});

it('is forgotten when nobody goes on with it for a day', async () => {
  const at = await create(1_000);
  await patch(a + at, 0, randomBytes(10));
  const name = `tus-${createHash('sha256').update('').digest('hex').slice(0, 16)}-${at.split('/').at(-1)}`;
  const file = join(site.dir, 'attachments/parts', name);
  const fail = (error: Error) => {
    throw error;
  };
  expireUploads(site.env, fail)();
  expect(await offsetAt(a + at)).toBe(10);
  const before = (Date.now() - limits.httpUploadKeptMs - 60_000) / 1_000;
  utimesSync(file, before, before);
  expireUploads(site.env, fail)();
  await expect.poll(() => offsetAt(a + at)).toBe(0);
});

it('serves the client of the protocol', async () => {
  const bytes = randomBytes(700_000);
  const told: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(Buffer.from(bytes) as never, {
      endpoint: `${a}/v1/uploads`,
      chunkSize: 256 * 1024,
      metadata: { filename: 'scan.pdf' },
      onAfterResponse: (_, answer) => void told.push(answer.getHeader('Content-Location') ?? ''),
      onError: reject,
      onSuccess: () => resolve(),
    });
    upload.start();
  });
  expect(told.at(-1)).toBe(`/v1/attachments/${hex(bytes)}`);
  expect((await download(hex(bytes))).equals(bytes)).toBe(true);
});

it('the client of the library goes on through broken connections, and sends nothing that is there', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-upload-'));
  const bytes = randomBytes(limits.uploadPartBytes * 2 + 77);
  writeFileSync(join(dir, 'scan.bin'), bytes);
  let count = 0;
  // Every third connection is cut in the middle.
  const proxy = createServer((asked, answer) => {
    const target = request((count % 2 === 0 ? a : b) + asked.url, {
      method: asked.method,
      headers: { ...asked.headers, host: 'localhost' },
    });
    target.on('error', () => answer.destroy());
    const isCut = ++count % 3 === 0;
    let passed = 0;
    asked.on('data', (piece: Buffer) => {
      target.write(piece);
      passed += piece.length;
      if (isCut && passed > 1_000_000) {
        asked.destroy();
        target.destroy();
      }
    });
    asked.on('end', () => target.end());
    target.on('response', (found) => {
      if (isCut && passed > 0) return void answer.destroy();
      answer.writeHead(found.statusCode ?? 500, found.headers);
      found.pipe(answer);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const shop = connect(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const steps: number[] = [];
  const put = await shop.upload(join(dir, 'scan.bin'), { onProgress: (done) => void steps.push(done) });
  expect(put).toEqual({ digest: hex(bytes), bytes: bytes.length, duplicate: false });
  expect(steps.at(-1)).toBe(bytes.length);
  expect((await download(hex(bytes))).equals(bytes)).toBe(true);
  expect(await shop.upload(join(dir, 'scan.bin'))).toMatchObject({ duplicate: true });
  await expect(shop.upload(join(dir, 'none'))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  proxy.closeAllConnections();
  proxy.close();
  rmSync(dir, { recursive: true });
});
