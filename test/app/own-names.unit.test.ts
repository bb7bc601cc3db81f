// Goal: a name that every object of JavaScript inherits names nothing that the user did not define.
// Method: these names at each door that looks up a user's name, with an app that defines one of each kind and with an app
// that defines exactly these names.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { compileWhere, defineApp, type Environment, openEnvironment } from '../../src/index.ts';

const inherited = ['toString', 'constructor', 'valueOf', '__proto__', 'hasOwnProperty', 'isPrototypeOf'];

const app = defineApp({
  requests: { order: { decide: () => [{ op: 'add', key: 'orders', value: 1 }], reducers: { first: () => 1 } } },
  themes: { mail: { advisor: () => ({ op: 'remove' }) } },
  sagas: { trip: { steps: [{ name: 'book', do: { run: () => 1 } }] } },
  processes: { follow: { decide: () => [] } },
  services: { stock: { by: 'send' } },
});

let env: Environment;

beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true, app });
});
afterEach(() => env.close());

describe.each(inherited)('the inherited name %s', (name) => {
  it('is no type of saga', async () => {
    await expect(env.sagas.start(name, 1)).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  });

  it('is no request type with code', async () => {
    const changes = [{ op: 'set' as const, key: 'k', value: 1 }];
    expect(await env.submit({ type: name, changes })).toMatchObject({ outcome: 'committed' });
    expect(await env.get('k')).toMatchObject({ value: 1 });
    const receipt = await env.submit({ type: name, changes });
    await env.compensate(receipt.id);
    expect(await env.get('k')).toMatchObject({ value: 1, version: 3 });
  });

  it('is no reducer', async () => {
    const changes = [{ op: 'reduce' as const, key: 'k', reducer: name, value: 1 }];
    const own = await openEnvironment(':memory:', {
      create: true,
      app: { requests: { plain: { reducers: { first: () => 1 } } } },
    });
    const receipt = await own.submit({ type: 'plain', changes }).catch((error) => error);
    expect(receipt).not.toMatchObject({ outcome: 'committed' });
    expect(await own.get('k')).toBeUndefined();
    await own.close();
  });

  it('is no theme with an advisor', async () => {
    await expect(env.work({ themes: [name], untilEmpty: true }).done).rejects.toMatchObject({
      code: 'THEME_NOT_FOUND',
    });
    expect(await env.sessions.create(name, 1, { id: 's' })).toMatchObject({ ok: true });
    const found = (await env.sessions.knownThemes()).find((theme) => theme.name === name);
    expect(found).toMatchObject({ inApp: false, hasAdvisor: false });
    const lead = await env.sessions.lead({ theme: name }, 'me', 30);
    expect(lead).toMatchObject({ ok: true });
  });

  it('is no service', async () => {
    await env.sessions.create(`to/${name}`, { id: 'p', queue: 'q', data: 1 });
    const { report } = { report: await env.work({ untilEmpty: true }).done };
    expect(report.turns).toBe(0);
  });

  it('is no process', async () => {
    await env.sessions.create(`process/${name}`, 1);
    expect((await env.work({ untilEmpty: true }).done).failed).toBe(0);
  });

  it('is no field of a record', async () => {
    await env.submit({ id: 'r', type: 'order' });
    const { value: record } = await env.records({}, { limit: 1 }).next();
    if (!record) throw new Error('there is a record');
    for (const text of [`has(payload.${name})`, `payload.${name} == 1`]) {
      const where = await compileWhere(text).catch(() => () => false);
      expect(where(record), text).toBe(false);
    }
  });

  it('is no part of a decision, an operation of an advisor, a change, or a field of a request', async () => {
    await expect(env.submit({ type: 't', changes: [{ op: name as 'set', key: 'k', value: 1 }] })).rejects.toMatchObject(
      {
        code: 'REQUEST_INVALID',
      },
    );
    await expect(env.submit(JSON.parse(`{"type":"t","${name}":1}`))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('names a request type and a theme of an app that defines them so', async () => {
    const table = <T>(value: T) => Object.fromEntries([[name, value]]);
    const loaded = await compileApp(
      { requests: table({ decide: () => [] }), themes: table({ advisor: () => ({ op: 'remove' }) }) },
      'here',
    );
    expect(loaded.requests?.[name]?.decide).toBeInstanceOf(Function);
    expect(loaded.themes?.[name]?.advisor).toBeInstanceOf(Function);
  });
});

it('a step that is not done has no result, whatever its name is', async () => {
  const seen: unknown[] = [];
  const own = await openEnvironment(':memory:', {
    create: true,
    app: {
      sagas: {
        trip: {
          steps: [
            { name: 'book', do: { run: ({ results }) => void seen.push(...inherited.map((name) => results[name])) } },
            { name: 'toString', do: { run: () => 'text' } },
            { name: 'last', do: { run: ({ results }) => void seen.push(results.toString) } },
          ],
        },
      },
    },
  });
  await own.sagas.start('trip', 1, { id: 'one' });
  await own.work({ untilEmpty: true }).done;
  expect(seen).toEqual([...inherited.map(() => undefined), 'text']);
  await own.close();
});

it.each(['__proto__', 'constructor', 'prototype'])(
  'no step is called %s: its result could not be kept',
  async (name) => {
    const steps = [{ name, do: { run: () => 1 } }];
    await expect(compileApp({ sagas: { trip: { steps } } }, 'here')).rejects.toMatchObject({ code: 'APP_INVALID' });
  },
);
