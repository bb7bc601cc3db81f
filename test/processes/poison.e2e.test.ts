// Goal: a session whose code ends its worker's process hurts only itself. Method: workers are started again and again,
// as a supervisor would, on slow sessions and one that kills the process; then it is counted who was parked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { WorkerProcess } from './worker-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-poison-'));
const app = fileURLToPath(new URL('./poison-app.mjs', import.meta.url));
const deathsMax = 6;

afterAll(() => rmSync(root, { recursive: true, force: true }));

it('a session that kills its workers is parked alone: its neighbours keep all their attempts, and end', async () => {
  const dir = join(root, 'env');
  const env = await openEnvironment(dir, { create: true });
  const neighbours = ['n-1', 'n-2', 'n-3'];
  for (const id of neighbours) await env.sessions.create('slow', 1, { id });
  await env.sessions.create('poison', 1, { id: 'p' });
  const attempts: number[] = [];
  let deaths = 0;
  while (deaths <= deathsMax && (await env.sessions.get('p'))?.status !== 'parked') {
    const worker = new WorkerProcess({ dir, effects: join(root, 'effects'), app }, '--until-empty');
    const { signal } = await worker.ended;
    if (signal === 'SIGKILL') deaths += 1;
    for (const event of worker.events) {
      if (event.event === 'led' && neighbours.includes(event.session ?? '')) attempts.push(event.attempts ?? 0);
    }
  }
  // Once with its neighbours, and then all its attempts alone.
  expect(deaths).toBe(4);
  expect(await env.sessions.get('p')).toMatchObject({ status: 'parked', error: expect.stringContaining('died') });
  for (const id of neighbours) expect(await env.wait(id, { timeoutMs: 1 })).toMatchObject({ removed: true });
  expect(new Set(attempts)).toEqual(new Set([1]));
  await env.close();
});
