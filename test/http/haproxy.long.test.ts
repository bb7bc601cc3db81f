// Goal: behind HAProxy a request has one outcome, also when its frontend is killed before it answers, and nobody sees an error when
// frontends are replaced. Method: the example configuration at other ports, before three frontends that decide by themselves.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { freePort, hasBalancer, isOpen } from './nginx.ts';
import { post } from './site.ts';
import { type Started, startServe } from './started.ts';

const example = fileURLToPath(new URL('../../fixtures/deploy/haproxy.cfg', import.meta.url));
const isThere = hasBalancer('haproxy');

let dir: string;
let env: Environment;
let url: string;
let balancer: ChildProcess;
let ports: number[];
const frontends: Started[] = [];

beforeAll(async () => {
  if (!isThere) return console.warn('haproxy is not there: nothing is tested behind it');
  dir = mkdtempSync(join(tmpdir(), 'txlog-haproxy-'));
  env = await openEnvironment(join(dir, 'env'), { create: true });
  ports = [await freePort(), await freePort(), await freePort()];
  await Promise.all([0, 1, 2].map(startFrontend));
  const port = await freePort();
  const text = ports.reduce(
    (config, own, i) => config.replace(`127.0.0.1:${8081 + i}`, `127.0.0.1:${own}`),
    readFileSync(example, 'utf8').replace('bind 127.0.0.1:8080', `bind 127.0.0.1:${port}`),
  );
  writeFileSync(join(dir, 'haproxy.cfg'), text);
  balancer = spawn('haproxy', ['-db', '-q', '-f', join(dir, 'haproxy.cfg')], { stdio: 'inherit' });
  while (!(await isOpen(port))) await pause(20);
  url = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  if (!isThere) return;
  for (const { child } of frontends) child.kill('SIGKILL');
  const ended = once(balancer, 'exit');
  balancer.kill('SIGKILL');
  await ended;
  await env.close();
  rmSync(dir, { recursive: true, force: true });
});

async function startFrontend(i: number): Promise<void> {
  frontends[i] = await startServe(env.dir, '--direct', '--name', `web-${i}`, '--listen', `127.0.0.1:${ports[i]}`);
}

/** Clients that ask while something is done to the frontends; the statuses of all answers. */
async function askDuring(name: string, work: () => Promise<void>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let isOver = false;
  const ask = async (client: number) => {
    for (let i = 0; !isOver; i++) {
      const body = { id: `${name}-${client}-${i}`, type: 'count', changes: [{ op: 'add', key: name, value: 1 }] };
      // Who got no answer asks again, with the same id.
      for (let status = 0; status !== 200; ) {
        status = await post(url, body).then(
          (answer) => answer.text().then(() => answer.status),
          () => 0,
        );
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
  };
  const asking = Promise.all(Array.from({ length: 8 }, (_, client) => ask(client)));
  await work();
  isOver = true;
  await asking;
  return statuses;
}

it.skipIf(!isThere)('every request has one outcome, whatever is killed', async () => {
  const statuses = await askDuring('killed', async () => {
    for (const i of [0, 1, 2]) {
      await pause(300);
      await frontends[i]?.end('SIGKILL');
      await startFrontend(i);
    }
  });
  const acknowledged = statuses.get(200) ?? 0;
  expect(acknowledged).toBeGreaterThan(50);
  expect((await env.get('killed'))?.value).toBe(acknowledged);
  expect(await env.count({ key: 'killed' })).toBe(acknowledged);
});

it.skipIf(!isThere)('nobody sees an error when all frontends are replaced', async () => {
  const statuses = await askDuring('replaced', async () => {
    for (const i of [0, 1, 2]) {
      expect(await frontends[i]?.end('SIGTERM')).toBe(143);
      await startFrontend(i);
      // HAProxy looks each second.
      await pause(1_200);
    }
  });
  expect([...statuses.keys()]).toEqual([200]);
});

it.skipIf(!isThere)('a request without an id gets that of the balancer', async () => {
  const answer = await post(url, { type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  const { id } = (await answer.json()) as { id: string };
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
