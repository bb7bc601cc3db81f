// Goal: what was compiled before changes nothing but the time that a command takes. Method: a command runs without it, with
// it, with a damaged one, with one of another bundle, and where nothing can be kept.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What is kept: one file of each bundle and command. A digest stands for the code, which is long to compare. */
function files(): readonly (readonly [name: string, digest: string, changed: number])[] {
  return readdirSync(kept).map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(kept, name)))
      .digest('hex');
    return [name, digest, statSync(join(kept, name)).mtimeMs] as const;
  });
}

/** The file that is kept for a command. */
function fileOf(command: string): string {
  const name = readdirSync(kept).find((one) => one.endsWith(`-${command}`));
  return join(kept, name ?? 'none');
}

it('each command keeps its compiled code once, in a file of its own, and pays for no other', async () => {
  const first = await run(['theme', 'list', '--json']);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  const once = files();
  expect(once).toHaveLength(1);
  expect(await run(['theme', 'list', '--json'])).toEqual(first);
  expect(files()).toEqual(once);
  await run(['log']);
  const more = files();
  expect(
    more
      .map(([name]) => name)
      .map((name) => name.replace(/.*\d-?/, ''))
      .sort(),
  ).toEqual(['log', 'theme-list']);
  expect(more).toEqual(expect.arrayContaining([...once]));
  for (const args of [['theme', 'list', '--json'], ['log'], ['--help'], ['nothing-of-this-name']]) await run(args);
  // What names no command shares one more.
  expect(files()).toHaveLength(3);
});

it('compiled code that is damaged, or of another text, is made anew', async () => {
  const expected = await run(['theme', 'list', '--json']);
  const file = fileOf('theme-list');
  const bytes = readFileSync(file);
  const damaged = Buffer.from(bytes);
  damaged.fill(0xff, 64, 4096);
  for (const content of [damaged, bytes.subarray(0, 1000), Buffer.alloc(0)]) {
    writeFileSync(file, content);
    expect(await run(['theme', 'list', '--json'])).toEqual(expected);
    expect(readFileSync(file).equals(content)).toBe(false);
  }
});

it('compiled code of another engine is made anew, and nothing of it is taken over', async () => {
  const args = ['theme', 'list', '--json'];
  const other = { NODE_OPTIONS: '--stack-trace-limit=7' };
  rmSync(kept, { recursive: true, force: true });
  const expected = await run(args);
  const file = fileOf('theme-list');
  expect(await run(args, other)).toEqual(expected);
  const foreign = readdirSync(kept).find((name) => join(kept, name) !== file) ?? '';
  // Each set of options has a file of its own, and leaves the other alone.
  const both = files();
  expect(both).toHaveLength(2);
  await run(args, other);
  await run(args);
  expect(files()).toEqual(both);
  copyFileSync(join(kept, foreign), file);
  expect(await run(args)).toEqual(expected);
  expect(readFileSync(file).equals(readFileSync(join(kept, foreign)))).toBe(false);
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

it('a plain submit loads no part of Node that it does not use', () => {
  const script = `process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));
    require(process.argv[1]).start(process.argv.slice(2), process.cwd());`;
  const file = fileURLToPath(new URL('../../../dist/cli/start.cjs', import.meta.url));
  const cached = { ...process.env, XDG_CACHE_HOME: join(place, 'cache'), DEBUG: '' };
  const args = ['-e', script, file, 'submit', '--env', env, '--type', 't', '--id', 'parts', '--change', 'add n 1'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env: cached });
  expect([stdout, status]).toEqual([expect.stringContaining('committed parts'), 0]);
  const loaded = stderr.split('\n').map((line) => line.replace('NativeModule ', ''));
  expect(loaded).toContain('crypto');
  for (const part of ['child_process', 'fs/promises', 'worker_threads', 'http', 'readline'])
    expect(loaded).not.toContain(part);
});
