// Goal: `txlog serve` runs until it is told to stop, answers what it has, and says why it cannot run. Method: real processes,
// asked over the loopback and by unix sockets, and ended by signals.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish, run, start } from '../cli/command.ts';
import { post } from './site.ts';
import { type Started, startServe } from './started.ts';

let dir: string;
let env: string;
let running: Started[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-serve-'));
  env = join(dir, 'env');
  run(env, 'init');
  running = [];
});

afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function serve(...args: readonly string[]): Promise<Started> {
  const started = await startServe(env, ...args);
  running.push(started);
  return started;
}

const add = (id: string) => ({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });

it('serves a small site alone: it decides by a worker of its own, and drains on SIGTERM', async () => {
  const { url, end, log } = await serve('--work', '4');
  expect(await (await post(url, add('r-1'))).json()).toMatchObject({ outcome: 'committed' });
  // Those who wait when it is told to stop are answered.
  const ids = [...Array(20).keys()].map((i) => `w-${i}`);
  const waiting = ids.map((id) => post(url, add(id)));
  // Connections that it has not accepted yet may be reset: all requests have come once it knows them.
  const known = async (id: string) => (await fetch(`${url}/v1/requests/${id}`)).status !== 404;
  for (const id of ids) await expect.poll(() => known(id), { timeout: 20_000 }).toBe(true);
  expect(await end()).toBe(143);
  for (const answer of waiting) expect(await (await answer).json()).toMatchObject({ outcome: 'committed' });
  expect(JSON.parse(run(env, 'get', 'n', '--json').stdout)).toMatchObject({ value: 21 });
  expect(log().at(-1)).toMatchObject({ event: 'worker', worker: 'stopped' });
  expect(run(env, 'session', 'stuck').code).toBe(0);
});

it('answers those who wait for a worker that is not there, when it stops', async () => {
  const { url, end } = await serve('--drain', '500ms');
  const waiting = post(url, add('r-1'));
  await expect.poll(() => run(env, 'session', 'show', 'r-1').code).toBe(0);
  const ended = end('SIGINT');
  expect((await waiting).status).toBe(202);
  expect(await ended).toBe(130);
});

it('that is killed in the middle of an upload leaves what came to another one', async () => {
  const [first, second] = [await serve('--name', 'a', '--direct'), await serve('--name', 'b', '--direct')];
  const bytes = randomBytes(1_000_000);
  const tus = { 'tus-resumable': '1.0.0' };
  const part = { ...tus, 'content-type': 'application/offset+octet-stream' };
  const headers = { ...tus, 'upload-length': String(bytes.length) };
  const at = (await fetch(`${first.url}/v1/uploads`, { method: 'POST', headers })).headers.get('location');
  const sent = request(`${first.url}${at}`, { method: 'PATCH', headers: { ...part, 'upload-offset': '0' } });
  sent.on('error', () => undefined);
  sent.write(bytes.subarray(0, 600_000));
  const path = `${second.url}${at}`;
  const ask = () => fetch(path, { method: 'HEAD', headers: tus });
  await expect.poll(async () => (await ask()).status).toBe(423);
  // What was sent is on its way to the file.
  await new Promise((resolve) => setTimeout(resolve, 300));
  await first.end('SIGKILL');
  const asked = await ask();
  expect([asked.status, asked.headers.get('upload-offset')]).toEqual([200, '600000']);
  const rest = { method: 'PATCH', body: bytes.subarray(600_000), headers: { ...part, 'upload-offset': '600000' } };
  const whole = await fetch(path, rest);
  expect([whole.status, whole.headers.get('content-location')]).toEqual([
    204,
    `/v1/attachments/${createHash('sha256').update(bytes).digest('hex')}`,
  ]);
});

it('its worker goes on when the app throws where nobody waits for it', async () => {
  const app = join(dir, 'app.mjs');
  writeFileSync(
    app,
    `export default { requests: { boom: { decide: () => { setTimeout(() => { throw new Error('late'); }); return []; } },
       count: { decide: () => [{ op: 'add', key: 'n', value: 1 }] } } };`,
  );
  const { url, log } = await serve('--work', '2', '--app', app);
  await post(url, { id: 'b-1', type: 'boom', payload: 1 });
  await expect.poll(() => log().some(({ event }) => event === 'app error'), { timeout: 10_000 }).toBe(true);
  expect(await (await post(url, { id: 'r-1', type: 'count', payload: 1 })).json()).toMatchObject({
    outcome: 'committed',
  });
});

it('listens on a unix socket, also where a dead one left its file', async () => {
  const path = join(dir, 'web.sock');
  const first = start(env, ['serve', '--direct', '--listen', `unix:${path}`]);
  await once(first.stderr as NodeJS.ReadableStream, 'data');
  const closed = once(first, 'exit');
  first.kill('SIGKILL');
  await closed;
  const second = start(env, ['serve', '--direct', '--listen', `unix:${path}`]);
  await once(second.stderr as NodeJS.ReadableStream, 'data');
  const asked = request({
    socketPath: path,
    path: '/v1/requests',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify(add('r-1')));
  const [answer] = await once(asked, 'response');
  expect(JSON.parse(await text(answer))).toMatchObject({ outcome: 'committed' });
  const third = await finish(start(env, ['serve', '--listen', `unix:${path}`]));
  expect([third.code, third.stderr]).toEqual([74, expect.stringContaining('LISTEN_FAILED')]);
  const ended = once(second, 'exit');
  second.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
});

it('does not listen where anyone could ask, unless it is told to', async () => {
  const refused = await finish(start(env, ['serve', '--listen', '0.0.0.0:0']));
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/USAGE: 0\.0\.0\.0:0 is beyond this machine/),
  ]);
  const wrong = await finish(start(env, ['serve', '--listen', 'nowhere']));
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('is no address')]);
  const open = await serve('--insecure', '--listen', '0.0.0.0:0');
  expect(await open.end()).toBe(143);
});

it('ends when its environment is gone', async () => {
  const { child, log } = await serve('--direct');
  const ended = once(child, 'exit');
  rmSync(env, { recursive: true });
  expect(await ended).toEqual([66, null]);
  expect(log()).toContainEqual(expect.objectContaining({ event: 'responses' }));
});
