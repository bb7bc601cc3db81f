// Goal: workers on a real environment hear of work that another handle makes, show their leases to all, and go on across
// a rebuild. Method: several handles on one directory, as processes have them.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import { type OpenOptions, openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { all, working } from './workplace.ts';

let dir: string;
let opened: Environment[];

const app: App = {
  themes: { mail: { advisor: ({ step }) => (step === 0 ? { op: 'append', data: 1 } : { op: 'remove' }) } },
};

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'txlog-work-')), 'env');
  opened = [];
});

afterEach(async () => {
  for (const env of opened) await env.close();
  rmSync(join(dir, '..'), { recursive: true });
});

async function open(options: OpenOptions = {}): Promise<Environment> {
  const env = await openEnvironment(dir, { create: true, ...options });
  opened.push(env);
  return env;
}

it('workers work on what others make, each session once, and leave no lease behind', async () => {
  const client = await open();
  const workers = await Promise.all([1, 2, 3].map(async () => (await working(await open({ app }))).worker));
  expect(client.leases.all()).toMatchObject([{ alive: true }, { alive: true }, { alive: true }]);
  const ids = Array.from({ length: 300 }, (_, i) => `s-${i}`);
  await Promise.all(ids.map((id) => client.sessions.create('mail', id, { id })));
  await Promise.all(ids.map((id) => client.wait(id)));
  const request = await client.enqueue({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  expect(await client.wait(request.id)).toMatchObject({ outcome: 'committed', durability: 'fsync' });
  const reports = await Promise.all(workers.map((worker) => worker.stop()));
  expect(reports.reduce((sum, { turns }) => sum + turns, 0)).toBe(ids.length + 1);
  expect(reports.every(({ lost, failed }) => lost + failed === 0)).toBe(true);
  expect(await all(client)).toEqual([]);
  expect(readdirSync(join(dir, 'leases'))).toEqual([]);
  expect((await client.rescanVerify()).problems).toEqual([]);
});

it('a worker goes on when a rebuild takes the place of the environment', async () => {
  const client = await open();
  const { worker } = await working(await open({ app }));
  for (const id of ['before', 'after']) {
    await client.sessions.create('mail', id, { id });
    await client.wait(id);
    await client.rebuild();
  }
  await client.sessions.create('mail', 'last', { id: 'last' });
  await client.wait('last');
  expect(await worker.stop()).toMatchObject({ removed: 3, lost: 0 });
});

it('a worker needs an environment that it may write', async () => {
  await open();
  const env = await open({ app, readOnly: true, create: false });
  await expect(env.work().done).rejects.toMatchObject({ code: 'ENV_READ_ONLY' });
  expect(env.leases.all()).toEqual([]);
  expect(await env.sessions.stuck()).toEqual([]);
});

it('a worker holds no lease once its environment is closed under it, and says why it ended', async () => {
  const env = await open({ app });
  const { worker } = await working(env);
  await env.close();
  expect(await worker.done).toMatchObject({ emergency: { code: 'EMERGENCY_STOP' } });
});
