// Goal: claims about the one who asks decide with `authorize`, stay with the record, and are no part of a request's identity.
// Method: an app that asks for a role, in memory: direct, through a queue, decided again, and taken elsewhere.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { compileWhere } from '../../src/app/where.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { App, Environment, JsonObject, RequestInput } from '../../src/index.ts';
import { openEnvironment, toRecordJson } from '../../src/index.ts';
import { dumpOf, take } from '../sync/dumps.ts';

const roleOf = (role: string): App => ({
  requests: { pay: { authorize: ({ claims }) => claims.role === role, decide: () => [] } },
});
const pay = (id: string, claims?: JsonObject): RequestInput => ({
  id,
  type: 'pay',
  payload: 1,
  ...(claims && { claims }),
});
const clerk = { role: 'clerk', tenant: 'a' };

let env: Environment;
beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true, app: roleOf('clerk') });
});
afterEach(() => env.close());

it('decide with authorize, and are in the record', async () => {
  expect(await env.submit(pay('one', clerk))).toMatchObject({ outcome: 'committed' });
  expect(await env.submit(pay('two', { role: 'guest' }))).toMatchObject({ rejection: { code: 'DENIED' } });
  expect(await env.submit(pay('three'))).toMatchObject({ rejection: { code: 'DENIED' } });
  expect(toRecordJson(await env.transaction('one'))).toMatchObject({ claims: clerk });
  expect(toRecordJson(await env.transaction('three'))).not.toHaveProperty('claims');
  const where = await compileWhere('claims.role == "guest"');
  const found = [];
  for await (const { id } of env.records({ where })) found.push(id);
  expect(found).toEqual(['two']);
});

it('come through a queue, and are not what makes a request another one', async () => {
  await env.enqueue(pay('one', clerk));
  expect(await env.enqueue(pay('one', { role: 'boss' }))).toMatchObject({ duplicate: true });
  expect(await env.enqueue(pay('one'))).toMatchObject({ duplicate: true });
  const worker = env.work();
  expect(await env.wait('one')).toMatchObject({ outcome: 'committed' });
  await worker.stop();
  expect(await env.transaction('one')).toMatchObject({ claims: clerk });
  expect(await env.submit(pay('one', { role: 'guest' }))).toMatchObject({ outcome: 'committed', duplicate: true });
});

it('decide the same when the log is decided again, and otherwise with other rules', async () => {
  await env.submit(pay('one', clerk));
  await env.submit(pay('two', { role: 'boss' }));
  const flipsWith = async (app: App) => (await env.whatIf(await compileApp(app, 'here'))).flips;
  expect(await flipsWith(roleOf('clerk'))).toBe(0);
  expect(await flipsWith(roleOf('boss'))).toBe(2);
});

it('are taken elsewhere with the record, and decide there', async () => {
  await env.submit(pay('one', clerk));
  await env.submit(pay('two', { role: 'guest' }));
  const mirror = await openEnvironment(':memory:', { create: true });
  await take(mirror, await dumpOf(env));
  expect((await mirror.head()).digest).toBe((await env.head()).digest);
  expect(await mirror.transaction('one')).toMatchObject({ claims: clerk });
  await mirror.close();
  const other = await openEnvironment(':memory:', { create: true, app: roleOf('guest') });
  await take(other, await dumpOf(env), { mode: 'submit' });
  expect((await other.transaction('one')).rejection?.code).toBe('DENIED');
  expect(await other.transaction('two')).toMatchObject({ outcome: 'committed', claims: { role: 'guest' } });
  await other.close();
});

it('of none are none, and a record without them has the bytes that it always had', async () => {
  await env.submit({ id: 'one', type: 'note', changes: [{ op: 'set', key: 'k', value: 1 }], claims: {} });
  expect(await env.transaction('one')).not.toHaveProperty('claims');
  const { expect: list } = await env.transaction('one');
  expect(list).toEqual([]);
});

it.each([
  ['a text', 'clerk'],
  ['a list', ['clerk']],
  ['a forbidden key', JSON.parse('{"a":{"__proto__":1}}')],
  ['too much', { role: 'x'.repeat(limits.claimsBytesMax) }],
])('that are %s are refused', async (_, claims) => {
  await expect(env.submit({ ...pay('one'), claims })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    details: { path: 'claims' },
  });
});

it('of a program are copied, and frozen for handlers', async () => {
  const own = { role: 'clerk' };
  const submitting = env.submit(pay('one', own));
  own.role = 'guest';
  expect(await submitting).toMatchObject({ outcome: 'committed' });
  expect((await env.transaction('one')).claims).toEqual({ role: 'clerk' });
});
