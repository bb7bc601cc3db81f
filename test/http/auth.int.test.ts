// Goal: a frontend that wants tokens takes those of its issuer alone, and their bearer is the actor. Method: real keys, tokens that
// are forged, changed, expired or meant for others, key sets in a file that changes and over the loopback.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { readAuthConfig } from '../../src/http/auth/auth-config.ts';
import { post, Site } from './site.ts';

let dir: string;
let site: Site;
let url: string;
let key: CryptoKey;
let other: CryptoKey;
let publicKey: CryptoKey;

const add = (id: string, more = {}) => ({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }], ...more });
const claims = { sub: 'ann', iss: 'https://login.example', aud: 'shop' };
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;

const sign = (
  payload: { readonly [claim in keyof JWTPayload]?: JWTPayload[claim] | undefined } = {},
  header = {},
  by = key,
) =>
  new SignJWT({ ...claims, exp: inAnHour, ...payload } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(by);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-auth-'));
  ({ privateKey: key, publicKey } = await generateKeyPair('ES256', { extractable: true }));
  ({ privateKey: other } = await generateKeyPair('ES256', { extractable: true }));
  writeKeys('keys.json', [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }]);
  const auth = writeConfig('auth.json', { keys: 'keys.json' });
  site = await Site.open({
    requests: {
      secret: { authorize: ({ actor }) => actor === 'ann', decide: () => [] },
      pay: { authorize: ({ claims }) => claims.role === 'clerk', decide: () => [] },
    },
    views: { me: { read: ({ actor, claims }) => ({ actor, claims }) } },
  });
  url = await site.serve({ isDirect: true, auth });
});

afterAll(async () => {
  await site.close();
  rmSync(dir, { recursive: true });
});

function writeKeys(name: string, keys: readonly object[]): void {
  writeFileSync(join(dir, name), JSON.stringify({ keys }));
}

function writeConfig(name: string, fields: object): string {
  writeFileSync(join(dir, name), JSON.stringify({ issuer: claims.iss, audience: claims.aud, ...fields }));
  return join(dir, name);
}

it('the bearer of a token is the actor, and authorize hears of it', async () => {
  expect((await post(url, add('r-1'), bearer(await sign()))).status).toBe(200);
  expect(await site.env.transaction('r-1')).toMatchObject({ actor: 'ann' });
  const denied = await post(url, { id: 's-1', type: 'secret', payload: 1 }, bearer(await sign({ sub: 'bob' })));
  expect([denied.status, await denied.json()]).toMatchObject([403, { rejection: { code: 'DENIED' } }]);
  expect((await post(url, { id: 's-2', type: 'secret', payload: 1 }, bearer(await sign()))).status).toBe(200);
  expect(await site.env.transaction('s-1')).toMatchObject({ actor: 'bob', outcome: 'rejected' });
  const posing = await post(url, add('r-2', { actor: 'eve' }), bearer(await sign()));
  expect([posing.status, await posing.json()]).toMatchObject([400, { code: 'REQUEST_INVALID', path: 'actor' }]);
  expect((await post(url, add('r-2', { actor: 'ann' }), bearer(await sign()))).status).toBe(200);
});

it('claims that are named reach authorize, the record and views, and come from the token alone', async () => {
  const auth = writeConfig('claims.json', { keys: 'keys.json', claims: ['role', 'tenant'] });
  const there = await site.serve({ name: 'c', isDirect: true, auth });
  const clerk = bearer(await sign({ role: 'clerk', tenant: { id: 7 }, email: 'ann@example.com' }));
  const pay = (id: string, more = {}) => ({ id, type: 'pay', payload: 1, ...more });
  expect((await post(there, pay('p-1'), clerk)).status).toBe(200);
  expect((await site.env.transaction('p-1')).claims).toEqual({ role: 'clerk', tenant: { id: 7 } });
  expect((await post(there, pay('p-2'), bearer(await sign({ role: 'guest' })))).status).toBe(403);
  expect((await post(there, pay('p-3'), bearer(await sign()))).status).toBe(403);
  expect(await site.env.transaction('p-3')).not.toHaveProperty('claims');
  const line = JSON.stringify(pay('p-4'));
  expect((await post(there, line, { ...clerk, 'content-type': 'application/x-ndjson' })).status).toBe(200);
  expect((await site.env.transaction('p-4')).claims).toMatchObject({ role: 'clerk' });
  const forged = await post(there, pay('p-5', { claims: { role: 'clerk' } }), bearer(await sign({ role: 'guest' })));
  expect([forged.status, await forged.json()]).toMatchObject([400, { code: 'REQUEST_INVALID', path: 'claims' }]);
  const asked = await fetch(`${there}/v1/views/me`, { headers: clerk });
  expect(await asked.json()).toMatchObject({ value: { actor: 'ann', claims: { role: 'clerk', tenant: { id: 7 } } } });
  // The token was renewed between two tries, and says something else.
  const again = await post(there, pay('p-1'), bearer(await sign({ role: 'boss' })));
  expect(await again.json()).toMatchObject({ outcome: 'committed', duplicate: true });
  const large = await post(there, pay('p-6'), bearer(await sign({ role: 'x'.repeat(limits.claimsBytesMax) })));
  expect([large.status, await large.json()]).toMatchObject([401, { code: 'AUTH_INVALID' }]);
});

it('nobody goes on with the upload of another one', async () => {
  const tus = { 'tus-resumable': '1.0.0' };
  const ann = { ...tus, ...bearer(await sign()) };
  const made = await fetch(`${url}/v1/uploads`, { method: 'POST', headers: { ...ann, 'upload-length': '100' } });
  const at = url + made.headers.get('location');
  const part = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  expect((await fetch(at, { method: 'PATCH', body: Buffer.alloc(40), headers: { ...ann, ...part } })).status).toBe(204);
  const offset = async (headers: Record<string, string>) =>
    (await fetch(at, { method: 'HEAD', headers })).headers.get('upload-offset');
  expect(await offset(ann)).toBe('40');
  expect(await offset({ ...tus, ...bearer(await sign({ sub: 'bob' })) })).toBe('0');
  expect((await fetch(at, { method: 'HEAD', headers: tus })).status).toBe(401);
});

it('a frontend whose configuration names no claims keeps none', async () => {
  expect((await post(url, add('q-1'), bearer(await sign({ role: 'clerk' })))).status).toBe(200);
  expect(await site.env.transaction('q-1')).not.toHaveProperty('claims');
  for (const claims of ['role', [7], ['__proto__']])
    expect(() => readAuthConfig(writeConfig('wrong.json', { keys: 'keys.json', claims }))).toThrow('claims');
});

it('views and streams of requests want a token as well; health does not', async () => {
  for (const path of ['/v1/states', '/v1/log', '/v1/log/stream', '/v1/requests/r-1', '/metrics']) {
    const answer = await fetch(url + path);
    expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    expect(await answer.json()).toMatchObject({ code: 'AUTH_MISSING' });
  }
  for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
  expect((await fetch(`${url}/v1/states`, { headers: bearer(await sign()) })).status).toBe(200);
  const stream = await post(url, JSON.stringify(add('n-1')), {
    ...bearer(await sign()),
    'content-type': 'application/x-ndjson',
  });
  expect(await stream.json()).toMatchObject({ outcome: 'committed' });
  expect(await site.env.transaction('n-1')).toMatchObject({ actor: 'ann' });
});

describe('a token is refused, and leaves no record', () => {
  const body = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged: readonly (readonly [string, () => Promise<string>])[] = [
    ['of another key', () => sign({}, {}, other)],
    ['of a key that is not known', () => sign({}, { kid: 'two' })],
    ['without a signature', async () => new UnsecuredJWT({ ...claims, exp: inAnHour }).encode()],
    ['whose signature was cut off', async () => (await sign()).replace(/[^.]*$/, '')],
    [
      'that was changed',
      async () => {
        const [head, , signature] = (await sign()).split('.');
        return [head, encode({ ...body(await sign()), sub: 'root' }), signature].join('.');
      },
    ],
    [
      'signed with the public key as a secret',
      async () => {
        const head = `${encode({ alg: 'HS256', kid: 'one' })}.${encode({ ...claims, exp: inAnHour })}`;
        return `${head}.${createHmac('sha256', await exportSPKI(publicKey))
          .update(head)
          .digest('base64url')}`;
      },
    ],
    ['that names its own key', async () => sign({}, { jwk: await exportJWK(await publicOf(other)) }, other)],
    ['that names a place for keys', () => sign({}, { jku: 'https://evil.example/keys', kid: '../../dev/null' }, other)],
    ['that has expired', () => sign({ exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['that never ends', () => sign({ exp: undefined })],
    ['that is not valid yet', () => sign({ nbf: inAnHour })],
    ['of another issuer', () => sign({ iss: 'https://evil.example' })],
    ['for another audience', () => sign({ aud: 'bank' })],
    ['that names nobody', () => sign({ sub: undefined })],
    ['whose name is no actor', () => sign({ sub: 'a\nb' })],
    [
      'with a critical header that is not known',
      () =>
        sign({}, { crit: ['x'], x: 1 }).catch(async () => {
          const [, claimsPart] = (await sign()).split('.');
          return `${encode({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 })}.${claimsPart}.AAAA`;
        }),
    ],
    ['that is none', async () => 'abc'],
  ];

  it.each(forged)('%s', async (_, make) => {
    const before = (await site.env.head()).position;
    const answer = await post(url, add('forged'), bearer(await make()));
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'AUTH_INVALID' }]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect((await site.env.head()).position).toBe(before);
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer ä'.normalize('NFD').replace(/[^ -~]/g, '?')])(
    '%j',
    async (authorization) => {
      const answer = await post(url, add('none'), { authorization });
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'AUTH_MISSING' }]);
    },
  );
});

async function publicOf(privateKey: CryptoKey): Promise<CryptoKey> {
  const { d: _, ...jwk } = await exportJWK(privateKey);
  return crypto.subtle.importKey('jwk', jwk as never, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
}

it('a clock may differ a little', async () => {
  const ended = await sign({ exp: Math.floor(Date.now() / 1_000) - 2 });
  expect((await post(url, add('late'), bearer(ended))).status).toBe(200);
});

it('a new key is taken from the file while the frontend runs', async () => {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const token = await sign({}, { alg: 'EdDSA', kid: 'new' }, pair.privateKey);
  expect((await post(url, add('k-1'), bearer(token))).status).toBe(401);
  writeKeys('keys.json', [
    { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' },
    { ...(await exportJWK(pair.publicKey)), kid: 'new', alg: 'EdDSA' },
  ]);
  utimesSync(join(dir, 'keys.json'), new Date(), new Date(Date.now() + 5_000));
  expect((await post(url, add('k-1'), bearer(token))).status).toBe(200);
});

it('keys come from an address, and their absence is no fault of the token', async () => {
  let keys: object[] | undefined;
  const server: Server = createServer((_, response) => {
    response.statusCode = keys ? 200 : 500;
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    const place = await site.serve({
      isDirect: true,
      auth: writeConfig('remote.json', { keys: `http://127.0.0.1:${port}/keys` }),
    });
    const answer = await post(place, add('a-1'), bearer(await sign()));
    expect([answer.status, await answer.json()]).toMatchObject([502, { code: 'SERVICE_FAILED' }]);
    keys = [{ ...(await exportJWK(publicKey)), kid: 'one' }];
    await expect.poll(async () => (await post(place, add('a-1'), bearer(await sign()))).status).toBe(200);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it('beyond the loopback a frontend with tokens may listen', async () => {
  const place = await site.serve({ isDirect: true, listen: '0.0.0.0:0', auth: join(dir, 'auth.json') });
  expect((await fetch(`${place.replace('0.0.0.0', '127.0.0.1')}/v1/log`)).status).toBe(401);
});

describe('the file of --auth', () => {
  it.each([
    ['no object', '[]'],
    ['no JSON', '{'],
    ['no keys', JSON.stringify({ issuer: 'a', audience: 'b' })],
    ['no issuer', JSON.stringify({ keys: 'keys.json', audience: 'b' })],
    ['no audience', JSON.stringify({ keys: 'keys.json', issuer: 'b' })],
    ['keys over http', JSON.stringify({ keys: 'http://login.example/keys', issuer: 'a', audience: 'b' })],
    ['a secret', JSON.stringify({ keys: 'k', issuer: 'a', audience: 'b', algorithms: ['HS256'] })],
    ['no algorithm', JSON.stringify({ keys: 'k', issuer: 'a', audience: 'b', algorithms: ['none'] })],
    ['an empty list', JSON.stringify({ keys: 'k', issuer: 'a', audience: 'b', algorithms: [] })],
    ['a word that is wrong', JSON.stringify({ keys: 'k', issuer: 'a', audience: 'b', algorithm: 'RS256' })],
    [
      'a clock that may be off by an hour',
      JSON.stringify({ keys: 'k', issuer: 'a', audience: 'b', toleranceSeconds: 3_600 }),
    ],
  ])('with %s is refused', (_, text) => {
    writeFileSync(join(dir, 'bad.json'), text);
    expect(() => readAuthConfig(join(dir, 'bad.json'))).toThrow();
  });

  it('that is not there, or names no key set, is refused before anything listens', async () => {
    await expect(site.serve({ auth: join(dir, 'none.json') })).rejects.toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await expect(site.serve({ auth: writeConfig('nokeys.json', { keys: 'nowhere.json' }) })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
