// Goal: a copy of an environment keeps its rules, or says that they are missing and refuses; what belongs to one place alone
// does not travel. Method: an environment with an app, copied in every way there is, then moved away from its app.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { examineApp } from '../../src/cli/doctor/examine-app.ts';
import { initEnvironment } from '../../src/cli/init/init-environment.ts';
import { openEnvironment } from '../../src/engine.ts';
import { findApp } from '../../src/environment/config.ts';

const code = "export default { requests: { order: { decide: () => [{ op: 'add', key: 'orders', value: 1 }] } } };\n";

let place: string;
let app: string;
let dir: string;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'txlog-config-'));
  mkdirSync(join(place, 'home'));
  app = join(place, 'home', 'rules.mjs');
  dir = join(place, 'home', 'env');
  writeFileSync(app, code);
  await initEnvironment(dir, { from: undefined, app, ifMissing: false });
});

afterEach(() => rmSync(place, { recursive: true }));

/** Submits an order as a command does; how many there are then. */
async function order(env: string): Promise<unknown> {
  const found = findApp(env);
  const opened = await openEnvironment(env, found === undefined ? {} : { app: found });
  try {
    await opened.submit({ type: 'order' });
    return (await opened.get('orders'))?.value;
  } finally {
    await opened.close();
  }
}

const noApp = { from: undefined, app: undefined, ifMissing: false };

async function backup(target: string): Promise<string> {
  const env = await openEnvironment(dir);
  await env.backup(target);
  await env.close();
  return target;
}

/** Makes a copy in `to`, in each of the ways there are. */
const ways: readonly [string, (to: string) => Promise<unknown>][] = [
  ['a backup in a directory', backup],
  ['a restored directory', async (to) => initEnvironment(to, { ...noApp, from: await backup(join(place, 'bk')) })],
  ['a restored file', async (to) => initEnvironment(to, { ...noApp, from: await backup(join(place, 'bk.mdb')) })],
  ['a restored environment', async (to) => initEnvironment(to, { ...noApp, from: dir })],
  [
    'a replay up to a position',
    async (to) => {
      const env = await openEnvironment(dir);
      await env.replayTo({ position: 1, dir: to });
      await env.close();
    },
  ],
];

it.each(ways)('%s has the rules of its original', async (_, copy) => {
  await order(dir);
  mkdirSync(join(place, 'far', 'away'), { recursive: true });
  const to = join(place, 'far', 'away', 'copy');
  await copy(to);
  expect(await order(to)).toBe(2);
  expect(findApp(to)).toBe(app);
  expect(examineApp(to)).toEqual([]);
  // Both moved together, they still know each other.
  renameSync(place, `${place}-moved`);
  expect(await order(to.replace(place, `${place}-moved`))).toBe(3);
  renameSync(`${place}-moved`, place);
});

it.each(ways)('%s that was moved away from its rules refuses, and says so', async (_, copy) => {
  await order(dir);
  const to = join(place, 'copy');
  await copy(to);
  mkdirSync(join(place, 'x'));
  renameSync(to, join(place, 'x', 'copy'));
  await expect(order(join(place, 'x', 'copy'))).rejects.toMatchObject({ code: 'APP_NOT_FOUND' });
  expect(examineApp(join(place, 'x', 'copy'))).toMatchObject([{ check: 'app', level: 'fail' }]);
});

it.each([
  ['bk', 'a directory'],
  ['bk.mdb', 'a file'],
])('a backup in %s that is restored where its rules are not names them all the same (%s)', async (name) => {
  await order(dir);
  const from = await backup(join(place, name));
  rmSync(app);
  const to = join(place, 'copy');
  expect(await initEnvironment(to, { ...noApp, from })).toMatchObject({
    app: { app: join('..', 'home', 'rules.mjs'), found: false },
  });
  await expect(order(to)).rejects.toMatchObject({ code: 'APP_NOT_FOUND' });
  writeFileSync(app, code);
  expect(await order(to)).toBe(2);
});

it('an app beside the environment, which no config names, is named by its copies', async () => {
  rmSync(join(dir, 'config.json'));
  renameSync(app, join(place, 'home', 'txlog.app.mjs'));
  await backup(join(place, 'far.mdb'));
  await initEnvironment(join(place, 'copy'), { ...noApp, from: join(place, 'far.mdb') });
  expect(await order(join(place, 'copy'))).toBe(1);
});

it('an app that is given when it is restored takes the place of the one that the backup names', async () => {
  const other = join(place, 'other.mjs');
  writeFileSync(other, code);
  const to = join(place, 'copy');
  await initEnvironment(to, { ...noApp, from: await backup(join(place, 'bk.mdb')), app: other });
  expect(findApp(to)).toBe(other);
});

it('an environment without an app has copies without one', async () => {
  rmSync(join(dir, 'config.json'));
  await backup(join(place, 'bk.mdb'));
  expect(await initEnvironment(join(place, 'copy'), { ...noApp, from: join(place, 'bk.mdb') })).not.toHaveProperty(
    'app',
  );
  await expect(order(join(place, 'copy'))).rejects.toMatchObject({ code: 'TYPE_UNKNOWN' });
});

it('the app is found by whatever name its environment is reached', async () => {
  mkdirSync(join(place, 'links', 'deep'), { recursive: true });
  symlinkSync(dir, join(place, 'links', 'deep', 'env'));
  expect(await order(join(place, 'links', 'deep', 'env'))).toBe(1);
});

it('a copy of an environment takes no leases along', async () => {
  const env = await openEnvironment(dir);
  const worker = env.work();
  await env.sessions.create('mail', 1);
  await env.sessions.lead({ theme: 'mail' }, 'op', 30);
  env.leases.hold({ id: 'op', lease: 30 });
  await env.backup(join(place, 'bk'));
  await worker.stop();
  await env.close();
  expect(existsSync(join(dir, 'leases'))).toBe(true);
  expect(readdirSync(join(place, 'bk')).sort()).toEqual(['config.json', 'current', 'g1']);
});
