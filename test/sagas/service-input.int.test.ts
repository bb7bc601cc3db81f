// Goal: what a step asks of another service is checked as what it asks of its own. Method: a saga, and a second environment
// on disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { defineApp, openEnvironment } from '../../src/index.ts';

it('bad input of a request to another service is refused at once, as that of one to its own', async () => {
  const place = mkdtempSync(join(tmpdir(), 'txlog-service-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const dir = join(place, 'env');
  const app = defineApp({
    services: { other: { env: dir } },
    sagas: { s: { steps: [{ name: 'a', do: { request: { type: '' }, service: 'other', retry: { first: 0.01 } } }] } },
  });
  const other = await openEnvironment(dir, { create: true });
  const env = await openEnvironment(':memory:', { create: true, app });
  const worker = env.work();
  await env.sagas.start('s', null, { id: 's-1' });
  await env.wait('s-1');
  const begun = (await env.sagas.get('s-1')).log.filter(({ event }) => event.event === 'began');
  expect(begun).toHaveLength(1);
  await worker.stop();
  await env.close();
  await other.close();
});
