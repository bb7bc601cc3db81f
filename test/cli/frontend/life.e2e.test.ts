// Goal: a command on a frontend goes on when that is replaced, ends when it is told to, asks with its token, and is as protected as
// on a directory. Method: processes of `txlog serve` that are killed and started again while real commands run.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownCertificate } from '../../effects/certificate.ts';
import { type Started, startServe } from '../../http/started.ts';
import { callCommand } from '../../kit/commands.ts';
import { finish, run, start } from '../command.ts';

const place = mkdtempSync(join(tmpdir(), 'txlog-frontend-'));
const env = join(place, 'env');
const socket = `unix:${join(place, 's')}`;
const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
const started: Started[] = [];
const children: ChildProcess[] = [];

async function serve(dir = env, ...args: readonly string[]): Promise<Started> {
  const one = await startServe(dir, '--direct', ...(args.length > 0 ? args : ['--listen', socket]));
  started.push(one);
  return one;
}

beforeAll(async () => {
  run(env, 'init');
  await serve();
});

afterAll(async () => {
  for (const child of [...children, ...started.map((one) => one.child)]) child.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true });
});

const lineOf = (id: string | number) =>
  `${JSON.stringify({ id: `l-${id}`, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] })}\n`;

/** The lines that a command prints, as they come. */
function linesOf(child: ChildProcess): { readonly lines: string[]; has(count: number): Promise<void> } {
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => lines.push(line));
  return { lines, has: (count) => expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count) };
}

it('a stream of requests and a log that is followed go on when the frontend is killed and started again', async () => {
  const follower = start(socket, ['log', '--follow', '--from', '1', '--type', 'count', '--ndjson']);
  const followed = linesOf(follower);
  const sender = start(socket, ['submit', '-', '--fields', 'id,outcome'], { stdio: 'pipe' });
  const sent = linesOf(sender);
  const said = finish(sender);
  const count = 6_000;
  const parts = [0, 2_000, 4_000, count].map((n) => Array.from({ length: n }, (_, i) => lineOf(i)).join('').length);
  const text = Array.from({ length: count }, (_, i) => lineOf(i)).join('');
  for (const [part, signal] of [...(['SIGKILL', 'SIGTERM', undefined] as const).entries()]) {
    sender.stdin?.write(text.slice(parts[part], parts[part + 1]));
    if (signal === undefined) continue;
    // Right after the first receipts: those behind them are decided, or on their way.
    await once(sender.stdout as NonNullable<typeof sender.stdout>, 'data');
    await started.at(-1)?.end(signal);
    await serve();
  }
  sender.stdin?.end();
  const { code, stderr } = await said;
  expect([code, stderr]).toEqual([0, expect.stringContaining('6,000 requests')]);
  const ids = Array.from({ length: count }, (_, i) => `l-${i}`);
  expect(sent.lines.map((line) => JSON.parse(line))).toEqual(ids.map((id) => ({ id, outcome: 'committed' })));
  await followed.has(count);
  expect(followed.lines.map((line) => JSON.parse(line).id)).toEqual(ids);
  expect(JSON.parse(run(env, 'get', 'n', '--json').stdout).value).toBe(count);
  follower.kill('SIGINT');
  expect(await once(follower, 'exit')).toEqual([130, null]);
}, 60_000);

it.each([
  ['log', '--follow'],
  ['wait', 'waiting'],
  ['submit', '-'],
])('Ctrl-C ends %s %s at once', async (...args) => {
  run(env, 'session', 'new', 'theme', '--id', 'waiting');
  const child = start(socket, args, { stdio: 'pipe' });
  children.push(child);
  if (args[0] === 'submit') child.stdin?.write(lineOf('c'));
  if (args[0] !== 'wait') await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  else await new Promise((resolve) => setTimeout(resolve, 1_500));
  const from = performance.now();
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  // A machine that is busy is slower: an end that waits for anything takes seconds.
  expect(performance.now() - from).toBeLessThan(1_000);
});

it('a reader that goes away ends the command as it does on a directory', () => {
  const line = (where: string) =>
    `'${process.execPath}' '${bin}' log --env '${where}' --ndjson | head -n 1; echo $PIPESTATUS`;
  const [here, there] = [env, socket].map((where) => spawnSync('bash', ['-c', line(where)], { encoding: 'utf8' }));
  expect(there?.stdout).toBe(here?.stdout);
  expect(there?.stderr).toBe('');
});

it('a frontend that queues is waited for, unless it shall not be', async () => {
  const { url } = await startServe(env, '--work', '2').then((one) => {
    started.push(one);
    return one;
  });
  const lines = Array.from({ length: 100 }, (_, i) => lineOf(`q-${i}`)).join('');
  const call = (words: string, input?: string) =>
    callCommand([...words.split(' '), '--env', url], { dir: place, env: process.env }, input);
  const change = '--change {"op":"add","key":"q","value":1}';
  expect(call(`submit --type count --id q-a ${change}`)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('committed q-a'),
  });
  // A process of its own: here somebody has to read the log of the frontend meanwhile.
  const sender = start(url, ['submit', '-', '--fields', 'id,outcome'], { stdio: 'pipe' });
  sender.stdin?.end(lines);
  const many = await finish(sender);
  expect([
    many.code,
    many.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ]).toEqual([0, Array.from({ length: 100 }, (_, i) => ({ id: `l-q-${i}`, outcome: 'committed' }))]);
  expect(call(`submit --async --type count --id q-b ${change}`)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('accepted q-b'),
  });
  expect(call('wait q-b --timeout 20s')).toMatchObject({ code: 0, stdout: expect.stringContaining('committed q-b') });
  expect(call(`submit --async --wait 20s --type count --id q-c ${change}`).stdout).toContain('committed q-c');
  const queued = call('submit - --async --fields id,outcome', lineOf('q-d'));
  expect([queued.code, queued.stdout]).toEqual([0, '{"id":"l-q-d","outcome":"accepted"}\n']);
});

it('a token comes from a file, a variable or the context, and never from the command line', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  writeFileSync(
    join(place, 'keys.json'),
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }),
  );
  writeFileSync(join(place, 'auth.json'), JSON.stringify({ issuer: 'i', audience: 'a', keys: 'keys.json' }));
  const token = await new SignJWT({ sub: 'ann', iss: 'i', aud: 'a' })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1h')
    .sign(privateKey);
  const file = join(place, 'token');
  writeFileSync(file, `${token}\n`);
  const { url } = await serve(env, '--listen', '127.0.0.1:0', '--auth', join(place, 'auth.json'));
  const own = { ...process.env, XDG_CONFIG_HOME: join(place, 'config') };
  const call = (words: string, more = {}) => callCommand(words.split(' '), { dir: place, env: { ...own, ...more } });
  expect(call(`get n --env ${url}`)).toMatchObject({
    code: 77,
    stdout: '',
    stderr: expect.stringContaining('AUTH_MISSING'),
  });
  expect(call(`get n --env ${url}`, { TXLOG_TOKEN: 'wrong' })).toMatchObject({
    code: 77,
    stderr: expect.stringContaining('AUTH_INVALID'),
  });
  const { stdout } = run(env, 'get', 'n');
  expect(call(`get n --env ${url} --token-file token`)).toMatchObject({ code: 0, stdout });
  expect(call(`get n --env ${url}`, { TXLOG_TOKEN: token })).toMatchObject({ code: 0, stdout });
  expect(call('get n', { TXLOG_ENV: url, TXLOG_TOKEN_FILE: file })).toMatchObject({ code: 0, stdout });
  expect(call(`get n --env ${url} --token-file none`)).toMatchObject({ code: 66 });
  expect(call(`context add shop ${url}/ --token-file token --protected`).code).toBe(0);
  expect(call('get n --context shop')).toMatchObject({ code: 0, stdout });
  expect(JSON.parse(call('context show shop --json').stdout)).toMatchObject({
    dir: url,
    tokenFile: file,
    protected: true,
  });
  const submit = 'submit --type t --id p-1 --change {"op":"add","key":"p","value":1}';
  for (const where of ['--context shop', `--env ${url}/`])
    expect(call(`${submit} ${where}`)).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('CONTEXT_PROTECTED'),
    });
  expect(call(`${submit} --context shop --yes`)).toMatchObject({ code: 0 });
  expect(JSON.parse(run(env, 'inspect', 'p-1', '--json').stdout).record.actor).toBe('ann');
  expect(call('context add dir . --token-file token')).toMatchObject({ code: 2 });
});

it('TLS is that of Node: an authority is trusted that NODE_EXTRA_CA_CERTS names, and no other', async () => {
  const { key, cert } = ownCertificate();
  writeFileSync(join(place, 'ca.pem'), cert);
  const state = { v: 1, key: 'n', kind: 'dedicated', value: 7, version: 1, position: '1' };
  const balancer = createServer({ key, cert }, (_, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(balancer.address() as { port: number }).port}`;
  const get = (more: NodeJS.ProcessEnv) =>
    finish(start(url, ['get', 'n', '--json'], { env: { ...process.env, ...more } }));
  expect(JSON.parse((await get({ NODE_EXTRA_CA_CERTS: join(place, 'ca.pem') })).stdout)).toEqual(state);
  expect(await get({ NODE_EXTRA_CA_CERTS: '' })).toMatchObject({ code: 69, stdout: '' });
  balancer.close();
});

it('a shell and the completion of one work on a frontend', () => {
  const input = "submit --type t --id sh-1 --change 'add shell 1'\nget shell --fields value\ntheme list\nget shell\n";
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'shell', '--env', socket], {
    input,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([2, expect.stringMatching(/^committed sh-1 at position \d+\nvalue\n1\n$/)]);
  expect(stderr).toContain('theme list needs the directory');
  const complete = (...words: readonly string[]) =>
    callCommand(['__complete', ...words], { dir: place, env: process.env }).stdout;
  expect(complete('inspect', '--env', socket, 'sh-')).toBe('sh-1\t\n:none\n');
});
