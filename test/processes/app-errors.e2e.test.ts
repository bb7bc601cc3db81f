// Goal: what an app throws where nobody waits for it is told as the app's fault and ends nothing. Method: one worker
// leads careless sessions and a careless saga beside a slow one; its log and what became of all are read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { type LoggedEvent, WorkerProcess } from './worker-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-app-errors-'));
const app = fileURLToPath(new URL('./poison-app.mjs', import.meta.url));

interface AppError extends LoggedEvent {
  readonly message: string;
  readonly at?: string;
  readonly sessions: readonly { readonly session: string; readonly theme: string }[];
}

afterAll(() => rmSync(root, { recursive: true, force: true }));

it('errors of an app are told with the sessions that were led, and the worker and its turns go on', async () => {
  const dir = join(root, 'env');
  const env = await openEnvironment(dir, { create: true, app });
  for (const theme of ['slow', 'rejects', 'throws', 'exits']) await env.sessions.create(theme, 1, { id: theme });
  await env.sagas.start('careless', null, { id: 'saga' });
  const worker = new WorkerProcess({ dir, effects: join(root, 'effects'), app }, '--until-empty');
  expect(await worker.ended).toMatchObject({ code: 0, signal: null });
  const told = worker.events.filter((event): event is AppError => event.event === 'app-error');
  const of = (text: string) => told.find(({ message }) => message.includes(text));
  expect(of('nobody waits for this')).toMatchObject({ at: expect.stringMatching(/^poison-app\.mjs:\d+:\d+$/) });
  expect(of('nobody waits for this')?.sessions).toContainEqual(
    expect.objectContaining({ session: 'rejects', theme: 'rejects', epoch: 1 }),
  );
  expect(of('thrown in a timer')?.sessions).toContainEqual(expect.objectContaining({ session: 'throws' }));
  expect(of('a text')?.sessions).toContainEqual(expect.objectContaining({ session: 'saga', theme: 'saga/careless' }));
  expect(told).toHaveLength(3);
  for (const id of ['slow', 'rejects', 'throws'])
    expect(await env.wait(id, { timeoutMs: 1 })).toMatchObject({ removed: true });
  // What calls process.exit has failed; what gives a promise where a value is wanted is refused.
  expect(await env.sessions.get('exits')).toMatchObject({
    status: 'parked',
    error: expect.stringContaining('process.exit(0)'),
  });
  expect(await env.wait('saga', { timeoutMs: 1 })).toMatchObject({ outcome: 'rejected' });
  expect(worker.events.filter(({ event, attempts = 0 }) => event === 'led' && attempts > 1)).toEqual([]);
  await env.close();
});
