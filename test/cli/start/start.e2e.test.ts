// Goal: what was compiled before changes nothing but the time that a command takes. Method: a command runs without it, with
// it, with a damaged one, with one of another bundle, and where nothing can be kept.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finish, start } from '../command.ts';

const place = mkdtempSync(join(tmpdir(), 'txlog-start-'));
const env = join(place, 'env');
const kept = join(place, 'cache', 'txlog', 'code');

beforeAll(async () => {
  expect((await run(['init'])).code).toBe(0);
  rmSync(kept, { recursive: true });
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function run(args: readonly string[], variables: Record<string, string> = {}) {
  const all = { ...process.env, XDG_CACHE_HOME: join(place, 'cache'), DEBUG: '', ...variables };
  return finish(start(env, args, { env: all }));
}

/** What is kept: one file of each bundle. */
function files(): readonly (readonly [name: string, bytes: Buffer, changed: number])[] {
  return readdirSync(kept).map((name) => {
    const path = join(kept, name);
    return [name, readFileSync(path), statSync(path).mtimeMs] as const;
  });
}

it('a command keeps its compiled code once, and adds to it when another command runs', async () => {
  const first = await run(['theme', 'list', '--json']);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const once = files();
  expect(once).toHaveLength(1);
  expect(await run(['theme', 'list', '--json'])).toEqual(first);
  expect(files()).toEqual(once);
  await run(['log']);
  const more = files();
  expect(more.map(([name]) => name)).toEqual(once.map(([name]) => name));
  expect(more).not.toEqual(once);
  for (const args of [['theme', 'list', '--json'], ['log']]) await run(args);
  expect(files()).toEqual(more);
});

it('compiled code that is damaged, or of another text, is made anew', async () => {
  const expected = await run(['theme', 'list', '--json']);
  const [[name, bytes] = ['', Buffer.alloc(0)]] = files();
  const damaged = Buffer.from(bytes);
  damaged.fill(0xff, 64, 4096);
  for (const content of [damaged, bytes.subarray(0, 1000), Buffer.alloc(0)]) {
    writeFileSync(join(kept, name), content);
    expect(await run(['theme', 'list', '--json'])).toEqual(expected);
    expect(files()[0]?.[1]).not.toEqual(content);
  }
});

it('compiled code of another engine is made anew, and nothing of it is taken over', async () => {
  const args = ['theme', 'list', '--json'];
  const other = { NODE_OPTIONS: '--stack-trace-limit=7' };
  rmSync(kept, { recursive: true, force: true });
  const expected = await run(args);
  const [[name] = ['']] = files();
  expect(await run(['get', 'nothing'], other)).toMatchObject({ code: 3 });
  const [[, foreign] = ['', Buffer.alloc(0)]] = files().filter(([one]) => one !== name);
  // Each set of options has a file of its own, and leaves the other alone.
  const both = files();
  expect(both).toHaveLength(2);
  await run(['get', 'nothing'], other);
  await run(args);
  expect(files()).toEqual(both);
  writeFileSync(join(kept, name), foreign);
  expect(await run(args)).toEqual(expected);
  const mended = readFileSync(join(kept, name));
  expect([mended.includes('["theme:list"]'), mended.includes('"get"]')]).toEqual([true, false]);
});

it('commands answer all the same where no compiled code can be kept', async () => {
  const expected = await run(['theme', 'list', '--json']);
  const file = join(place, 'file');
  writeFileSync(file, '');
  const open = join(place, 'open', 'txlog', 'code');
  mkdirSync(open, { recursive: true });
  chmodSync(open, 0o777);
  for (const dir of [file, '/proc/nothing', join(place, 'open')]) {
    expect(await run(['theme', 'list', '--json'], { XDG_CACHE_HOME: dir })).toEqual(expected);
  }
  expect(readdirSync(open)).toEqual([]);
});

it('with DEBUG a stack names the files of the sources', async () => {
  const expected = await run(['theme', 'list', '--json']);
  expect(await run(['theme', 'list', '--json'], { DEBUG: '1' })).toEqual(expected);
  const { stderr } = await run(['get', 'nothing'], { DEBUG: '1' });
  expect(stderr).toMatch(/dist[/\\]src[/\\].*\.js:\d+/);
});

it('an app that imports the library gets it from one file', async () => {
  const app = join(place, 'own.app.ts');
  const inside = `try { parseJson('{'); return []; } catch (error) { return reject('NO', (error as Error).stack ?? ''); }`;
  writeFileSync(
    app,
    `import { defineApp, parseJson, reject } from 'txlog';
export default defineApp({ requests: { a: { decide: () => { ${inside} } } } });\n`,
  );
  const { stdout } = await run(['submit', '--app', app, '--type', 'a', '--json']);
  expect(JSON.parse(stdout).rejection.reason).toContain('/dist/cli/bundles/library.cjs');
});
