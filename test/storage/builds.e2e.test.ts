// Goal: nobody removes a build that lives, whatever its process is called where one looks, and one whose process ended
// does not stay. Method: names as other containers, earlier starts and version 0.1.0 write them; a process that is
// killed; builds that something removes at the worst moment.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { thisProcess, toDigits } from '../../src/machine/process-name.ts';
import { newBuildDir, publishBuild, removeBuild, removeUnfinished, syncBuild } from '../../src/storage/lmdb/builds.ts';

const alive = fileURLToPath(new URL('../../dist/src/storage/lmdb/sign-of-life.js', import.meta.url));
const here = thisProcess();
const hourAgo = new Date(Date.now() - 3_700_000);
let dir: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-builds-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(dir, { recursive: true, force: true });
});

/** A build of a process that is called so. */
function buildOf(of: Partial<typeof here>, wrote = new Date()): string {
  const path = join(dir, `building-${toDigits({ ...here, ...of })}-0-1`);
  mkdirSync(path);
  writeFileSync(join(path, 'data.mdb'), 'data');
  utimesSync(join(path, 'data.mdb'), wrote, wrote);
  utimesSync(path, wrote, wrote);
  return path;
}

async function startSigner(path: string): Promise<ChildProcess> {
  const script = `import(${JSON.stringify(alive)}).then(({ giveSign }) => {
    globalThis.sign = giveSign(${JSON.stringify(path)});
    console.log('signed');
    process.stdin.resume();
  })`;
  const started = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(started.stdout, 'data');
  return started;
}

describe('a build', () => {
  it('of another container lives as long as its process, whose number is in use here, too', async () => {
    const path = buildOf({ space: 'pid:[1]' });
    child = await startSigner(path);
    utimesSync(path, hourAgo, hourAgo);
    removeUnfinished(dir);
    removeUnfinished(dir);
    expect(readdirSync(dir)).toEqual([basename(path)]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    removeUnfinished(dir);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['of another container that has not signed yet', { space: 'pid:[1]' }, new Date(), true],
    ['of another container that never signed', { space: 'pid:[1]' }, hourAgo, false],
    ['of an earlier start of the machine', { boot: 'ffffffff-0000-0000-0000-000000000000' }, new Date(), false],
    ['of an earlier process of this number', { began: '1' }, new Date(), false],
    ['of a process that lives here', { pid: process.ppid, began: '' }, hourAgo, true],
    ['of this thread, which knows nothing of it', {}, new Date(), false],
  ])('is kept while its process may live, and else removed: %s', (_, of, wrote, lives) => {
    const began = 'pid' in of && of.pid === process.ppid ? beganOf(process.ppid) : undefined;
    const path = buildOf(began === undefined ? of : { ...of, began }, wrote);
    removeUnfinished(dir);
    expect(existsSync(path)).toBe(lives);
  });

  it('of version 0.1.0 is removed when it was not written for an hour', () => {
    for (const [name, wrote] of [['building-1-0-1', new Date()] as const, ['building-1-0-2', hourAgo] as const]) {
      mkdirSync(join(dir, name));
      utimesSync(join(dir, name), wrote, wrote);
    }
    removeUnfinished(dir);
    expect(readdirSync(dir)).toEqual(['building-1-0-1']);
  });

  it('never takes the place of another one', () => {
    const paths = [newBuildDir(dir), newBuildDir(dir), newBuildDir(dir)];
    expect(new Set(paths).size).toBe(3);
    removeUnfinished(dir);
    expect(readdirSync(dir)).toHaveLength(3);
    for (const path of paths) removeBuild(path);
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['is removed', (path: string) => rmSync(path, { recursive: true })],
    ['loses its data', (path: string) => rmSync(join(path, 'data.mdb'))],
  ])('that %s before it is published is not published', async (_, harm) => {
    const path = newBuildDir(dir);
    writeFileSync(join(path, 'data.mdb'), 'data');
    await syncBuild(path);
    harm(path);
    expect(() => publishBuild(path, dir, 1)).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    removeBuild(path);
    expect(readdirSync(dir)).toEqual([]);
  });
});

it('a rebuild whose files something removes is an error, and the environment is as it was', async () => {
  const env = await openEnvironment(join(dir, 'env'), { create: true });
  await env.submit({ id: 'r-1', type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  const harm = () => {
    for (const name of readdirSync(env.dir))
      if (name.startsWith('building')) rmSync(join(env.dir, name, 'data.mdb'), { force: true });
  };
  const failed = env.rebuild({ onProgress: harm });
  await expect(failed).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(await env.get('n')).toMatchObject({ value: 1 });
  expect(await env.rebuild()).toEqual({ generation: 2, records: 1 });
  await env.close();
  const again = await openEnvironment(env.dir);
  expect(await again.get('n')).toMatchObject({ value: 1 });
  await again.close();
  expect(readdirSync(env.dir).sort()).toEqual(['current', 'g2']);
});

function beganOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
