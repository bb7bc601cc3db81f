// Goal: the page obeys what the rest of a frontend obeys, leads to JSON for all that it shows, and does with data nothing but
// show them. Method: a real frontend with data of every kind, asked as a browser without scripts asks.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../site.ts';
import { hostile, openSample, queuedId, sagaId } from './sample-site.ts';

/** Links that were asked for already: most pages lead to the same ones. */
const followed = new Set<string>();
let site: Site;
let url: string;

beforeAll(async () => {
  ({ site, url } = await openSample());
});

afterAll(() => site.close());

async function ask(path: string, options: RequestInit & { readonly at?: string } = {}) {
  const answer = await fetch((options.at ?? url) + path, { redirect: 'manual', ...options });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const paths = [
  ...['/', '/ui/queues', '/ui/queues/mail/newsletter', '/ui/stuck', '/ui/log', '/ui/states', '/ui/states/loan/1001'],
  ...[`/ui/transactions/${queuedId}`, `/ui/transactions/${sagaId}`, '/ui/sessions/mail-1', `/ui/sessions/${queuedId}`],
  ...[`/ui/states/${encodeURIComponent(hostile.key)}`, '/ui/transactions/txlog.session/80'],
];

describe.each(paths)('%s', (path) => {
  it('is a page that nobody keeps, that has nothing of its own to run, and that stands alone', async () => {
    const { status, headers, text } = await ask(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(text.match(/<script[^>]*>/g)).toEqual(['<script src="/ui/live.js" defer>']);
    expect(text).not.toMatch(/\sstyle="|\son\w+="|<style|https?:\/\//);
    const head = await ask(path, { method: 'HEAD' });
    expect([head.status, head.text, head.headers.get('content-type')]).toEqual([200, '', 'text/html; charset=utf-8']);
  });

  it('leads to the JSON behind it, and to no page that is not there', async () => {
    const { text } = await ask(path);
    const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
    const json = /href="([^"]+)">This page as JSON/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? 'none';
    const answer = await ask(json);
    expect([json, answer.status]).toEqual([json, 200]);
    expect(JSON.parse(answer.text)).toMatchObject({ v: 1 });
    for (const link of links) {
      if (!followed.has(link)) expect([link, (await ask(link)).status < 400]).toEqual([link, true]);
      followed.add(link);
    }
  });
});

it('shows the way of a request, and of a saga', async () => {
  const { text } = await ask(`/ui/transactions/${queuedId}`);
  const titles = [...text.matchAll(/<strong>([^<]+)<\/strong>/g)].map(([, title]) => title);
  expect(titles).toEqual(['Queued', 'Led, attempt 1', 'Committed', 'Response queued', 'Response taken', 'Undone']);
  const saga = [...(await ask(`/ui/transactions/${sagaId}`)).text.matchAll(/<strong>([^<]+)<\/strong>/g)];
  expect(saga.map(([, title]) => title)).toEqual([
    ...['Queued', 'Led, attempt 1', 'Step reserve: done', 'Step pay: done', 'Step ship: failed'],
    ...['Undoing pay: done', 'Undoing reserve: done', 'Saga compensated'],
  ]);
});

it('tells what a record did to sessions, and not where the environment is', async () => {
  const { text } = await ask('/ui/transactions/txlog.session/80');
  expect(text.replaceAll(/<[^>]*>/g, ' ')).toMatch(/mail-1\s+park\s+ready\s+parked/);
  for (const path of ['/', '/?as=json', '/ui/queues?as=json']) expect((await ask(path)).text).not.toContain(site.dir);
});

it('shows a request that waits in its queue, and how it then went', async () => {
  await site.env.enqueue({ id: 'waits', type: 'loan.apply', changes: [{ op: 'set', key: 'waits', value: 1 }] });
  expect((await ask('/ui/transactions/waits')).text).toContain('not decided yet');
  const worker = site.work();
  await site.env.wait('waits');
  await worker.stop();
  expect((await ask('/ui/transactions/waits')).text).toMatch(/<span class="badge good">committed/);
});

it('keeps data out of its own text, whatever they are', async () => {
  const places = ['/ui/log', '/ui/states', '/ui/stuck', `/ui/transactions/${encodeURIComponent(hostile.id)}`];
  for (const path of [...places, `/ui/log?type=${encodeURIComponent('"><script>')}`]) {
    const { text } = await ask(path);
    expect(text.match(/<script[^>]*>/g)).toEqual(['<script src="/ui/live.js" defer>']);
    expect(text).not.toMatch(/<img|<b>|<!--|\u202e|[^\P{Cc}\n]/u);
  }
  const { text } = await ask(`/ui/states/${encodeURIComponent('"><svg onload=acted>')}`);
  expect(text).toContain('KEY_NOT_FOUND');
  expect(text).not.toContain('<svg onload');
});

it('finds a name, or the keys that begin so', async () => {
  const found = async (name: string) =>
    (await ask(`/ui/open?name=${encodeURIComponent(name)}`)).headers.get('location');
  expect(await found(queuedId)).toBe(`/ui/transactions/${queuedId}`);
  expect(await found('mail-1')).toBe('/ui/sessions/mail-1');
  expect(await found('customer/001')).toBe('/ui/states/customer/001');
  expect(await found('4')).toBe(`/ui/transactions/${queuedId}`);
  expect(await found('customer/')).toBe('/ui/states?prefix=customer%2F');
  expect(await found('//evil.example')).toBe('/ui/states?prefix=%2F%2Fevil.example');
  expect((await ask('/ui/positions/4')).headers.get('location')).toBe(`/ui/transactions/${queuedId}`);
});

it.each([
  ['/ui/nothing', 404, 'ROUTE_NOT_FOUND'],
  ['/ui/transactions/nothing', 404, 'TRANSACTION_NOT_FOUND'],
  ['/ui/sessions/nothing', 410, 'SESSION_GONE'],
  ['/ui/queues/nothing', 404, 'THEME_NOT_FOUND'],
  ['/ui/states/nothing', 404, 'KEY_NOT_FOUND'],
  ['/ui/states/%01', 400, 'KEY_INVALID'],
  ['/ui/states?as-of=0', 400, 'USAGE'],
  ['/ui/states?as-of=999999', 404, 'POSITION_NOT_FOUND'],
  ['/ui/log?outcome=other', 400, 'USAGE'],
  ['/ui/log?where=((', 400, 'FILTER_INVALID'],
  ['/ui/log?before=1', 400, 'USAGE'],
  ['/ui/log?more=1', 400, 'USAGE'],
  ['/ui/queues/mail/newsletter?status=other', 400, 'USAGE'],
  ['/ui/positions/999999', 404, 'POSITION_NOT_FOUND'],
])('%s is an error for people', async (path, status, code) => {
  const answer = await ask(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  expect(answer.text).toContain(code);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
});

it('its files are kept by their ETag, and asked for again', async () => {
  for (const path of ['/ui/style.css', '/ui/live.js', '/ui/icon.svg']) {
    const { status, headers } = await ask(path);
    const etag = headers.get('etag') ?? '';
    expect([path, status, headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
    expect((await ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await ask(path, { method: 'HEAD' })).headers.get('etag')).toBe(etag);
  }
});

it('nobody of another site, and no name that was made to lead here, sees it', async () => {
  const status = await new Promise((resolve) => {
    const { port } = new URL(url);
    const asked = request({ port, path: '/', headers: { host: 'evil.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.end();
  });
  expect(status).toBe(421);
  expect((await ask('/', { headers: { origin: 'http://evil.example' } })).status).toBe(421);
  expect((await ask('/', { method: 'POST' })).status).toBe(405);
});

it('is not there where it is not wanted, and bounded where requests are', async () => {
  const without = await site.serve({ name: 'without', hasPage: false });
  for (const path of ['/', '/ui/log', '/ui/style.css']) {
    const { status, headers } = await ask(path, { at: without });
    expect([path, status, headers.get('content-type')]).toEqual([path, 404, expect.stringMatching('problem.json')]);
  }
  const bounded = await site.serve({ name: 'bounded', rate: 2 });
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await ask('/ui/stuck', { at: bounded })).status);
  expect(statuses).toContain(429);
});

it('where tokens are wanted it wants one too, and says how to look', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-page-'));
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  writeFileSync(join(dir, 'keys.json'), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }));
  writeFileSync(join(dir, 'auth.json'), JSON.stringify({ keys: 'keys.json', issuer: 'i', audience: 'a' }));
  const at = await site.serve({ name: 'guarded', auth: join(dir, 'auth.json') });
  for (const path of ['/', '/ui/log', `/ui/transactions/${queuedId}`, '/ui/live']) {
    const { status, headers, text } = await ask(path, { at });
    expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    expect(text).toContain('txlog serve --name look');
    expect(text).not.toMatch(/loan\.apply|customer/);
  }
  expect((await ask('/ui/style.css', { at })).status).toBe(200);
  const token = await new SignJWT({ sub: 'ann', iss: 'i', aud: 'a' })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1h')
    .sign(privateKey);
  const looked = await ask('/ui/log', { at, headers: { authorization: `Bearer ${token}` } });
  expect([looked.status, looked.text.includes('loan.apply')]).toEqual([200, true]);
  rmSync(dir, { recursive: true });
});

it('the head of a stream ends', async () => {
  for (const path of ['/ui/live', '/v1/log/stream']) {
    const { status, headers } = await ask(path, { method: 'HEAD', signal: AbortSignal.timeout(5_000) });
    expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/event-stream']);
  }
});

it('hears that the log has moved, as soon as any process wrote', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${url}/ui/live`, { signal: stop.signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const { position } = await site.env.submit({
    id: 'moved',
    type: 'tick',
    changes: [{ op: 'add', key: 'n', value: 1 }],
  });
  let heard = '';
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    heard += Buffer.from(part).toString();
    if (heard.includes(`data: ${position}\n\n`)) break;
  }
  expect(heard).toContain(`id: ${position}\nevent: position\n`);
  stop.abort();
});
