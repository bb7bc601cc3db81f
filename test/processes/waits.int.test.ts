// Goal: whoever waits ends when there is nothing more to wait for, and leaves nothing behind. Method: descriptors, timers
// and listeners of this process are counted around a thousand waits; then the environment is closed, and another one is
// removed, under waits, followers and a worker.
import { getEventListeners } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-waits-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function open(name: string): Promise<Environment> {
  const env = await openEnvironment(join(root, name), { create: true });
  await env.sessions.create('mail', 1, { id: 'm' });
  return env;
}

async function follow(env: Environment): Promise<void> {
  for await (const _ of env.follow({}, { from: 2 }));
}

/** What this process holds: descriptors, and timers. The test runner has a few of its own, now and then. */
function held(): number {
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  return readdirSync('/proc/self/fd').length + timers;
}

describe.runIf(process.platform === 'linux')('a thousand waits', () => {
  it('leave no descriptor, timer or listener', async () => {
    const env = await open('thousand');
    const stop = new AbortController();
    const wait = () => expect(env.wait('m', { timeoutMs: 1, signal: stop.signal })).rejects.toThrow('not done within');
    await wait();
    const before = held();
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 100 }, wait));
    // LMDB lets go of its read transactions a turn of the loop later.
    await after(50);
    expect(held() - before).toBeLessThan(10);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
    await env.close();
  });
});

it('waits and followers end when the environment is closed', async () => {
  const env = await open('closed');
  const ends = [env.wait('m'), follow(env)].map((wait) => expect(wait).rejects.toMatchObject({ code: 'ENV_CLOSED' }));
  await env.close();
  await Promise.all(ends);
});

it('waits, followers and workers end when the environment is removed', async () => {
  const env = await open('removed');
  const ends = [env.wait('m'), follow(env)].map((wait) =>
    expect(wait).rejects.toMatchObject({ code: 'ENV_NOT_FOUND' }),
  );
  let start = () => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const worker = env.work({ onEvent: ({ type }) => type === 'started' && start() });
  await started;
  rmSync(env.dir, { recursive: true });
  await Promise.all(ends);
  expect((await worker.done).emergency).toMatchObject({
    code: 'EMERGENCY_STOP',
    message: expect.stringContaining('gone'),
  });
  await env.close().catch(() => undefined);
});
