// Goal: a rescan with a checkpoint cuts nothing from its file but what a run of its own that died had written. Method:
// files as such a run leaves them, at every length, and with what others wrote before, after and in between.
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output/output.ts';
import { saveCheckpoint } from '../../src/cli/rescan/named-checkpoint.ts';
import { rescanTo } from '../../src/cli/rescan/rescan-to.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openEnvironment } from '../../src/index.ts';
import { tempDir } from './filled.ts';

const stdout = new Output(process.stdout);
let temp: ReturnType<typeof tempDir>;
let env: Environment;
let out: string;

beforeEach(async () => {
  temp = tempDir();
  out = join(temp.dir, 'all.ndjson');
  env = await openEnvironment(join(temp.dir, 'env'), { create: true });
  for (const id of ['r-1', 'r-2']) await add(id);
});

afterEach(async () => {
  await env.close();
  temp.remove();
});

async function add(id: string): Promise<void> {
  for (const type of ['a', 'b'])
    await env.submit({ id: `${id}${type}`, type, changes: [{ op: 'add', key: 'n', value: 1 }] });
}

function rescan(name: string, { file = out, reset = false } = {}) {
  const checkpoint = { name, filter: `--type ${name}`, reset };
  const job = { filter: { types: [name] }, checkpoint, file, requests: false };
  return rescanTo(env, stdout, job);
}

const text = () => readFileSync(out, 'utf8');
const ids = () =>
  text()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
const conflict = { code: 'CHECKPOINT_CONFLICT' };

describe('a rescan with a checkpoint', () => {
  it('goes on after any part of what a run that died had written', async () => {
    await rescan('a');
    const before = statSync(out).size;
    const place = (await env.cursor('a'))?.details;
    await add('r-3');
    await rescan('a');
    const whole = text();
    for (const bytes of [before, before + 1, whole.length - 1, whole.length]) {
      writeFileSync(out, whole);
      truncateSync(out, bytes);
      await env.saveCursor('a', { position: 4, details: place ?? {} });
      await rescan('a');
      expect(text()).toBe(whole);
    }
    expect(ids()).toEqual(['r-1a', 'r-2a', 'r-3a']);
  });

  it('leaves what another checkpoint wrote into the same file', async () => {
    await rescan('a');
    appendFileSync(out, '{"id":"r-1b"}\n');
    const before = text();
    for (const more of [false, true]) {
      if (more) await add('r-3');
      await expect(rescan('a')).rejects.toMatchObject(conflict);
      expect(text()).toBe(before);
    }
    expect((await env.cursor('a'))?.position).toBe(4);
  });

  it('leaves a line that someone wrote after a part of its own', async () => {
    await rescan('a');
    await add('r-3');
    const { position, details } = (await env.cursor('a')) ?? { position: 0, details: {} };
    await rescan('a');
    await env.saveCursor('a', { position, details });
    appendFileSync(out, 'mine\n');
    await expect(rescan('a')).rejects.toMatchObject(conflict);
    expect(text()).toMatch(/r-3a.*\nmine\n$/);
  });

  it('leaves another file that was given the number of its own', async () => {
    await rescan('a');
    const place = (await env.cursor('a'))?.details ?? {};
    const foreign = 'the letters of last year '.repeat(100);
    writeFileSync(out, foreign);
    await env.saveCursor('a', { position: 4, details: { ...place, bytes: 30 } });
    await expect(rescan('a')).rejects.toMatchObject(conflict);
    expect(text()).toBe(foreign);
  });

  it('does not empty, in its first run, a file that holds something', async () => {
    await rescan('a');
    const before = text();
    await expect(rescan('b')).rejects.toMatchObject(conflict);
    await expect(rescan('b', { reset: true })).rejects.toMatchObject(conflict);
    expect(text()).toBe(before);
    writeFileSync(out, '');
    await rescan('b');
    expect(ids()).toEqual(['r-1b', 'r-2b']);
  });

  it('starts over in its own file, and only as long as that holds nothing else', async () => {
    await rescan('a');
    const own = text();
    await rescan('a', { reset: true });
    expect(text()).toBe(own);
    appendFileSync(out, 'mine\n');
    await expect(rescan('a', { reset: true })).rejects.toMatchObject(conflict);
    expect(text()).toBe(`${own}mine\n`);
  });

  it('does not start over in a file that it found filled', async () => {
    await rescan('a');
    rmSync(out);
    writeFileSync(out, 'mine\n');
    await add('r-3');
    await rescan('a');
    await expect(rescan('a', { reset: true })).rejects.toMatchObject(conflict);
    expect(text()).toMatch(/^mine\n.*r-3a.*\n$/);
  });

  it('as version 0.1.0 saved it goes on, and does not start over', async () => {
    await rescan('a');
    const { file, bytes } = (await env.cursor('a'))?.details ?? {};
    const place = { file: String(file), bytes: Number(bytes) };
    await saveCheckpoint(env, { name: 'a', filter: '--type a', reset: false }, { position: 4, place });
    await add('r-3');
    await rescan('a');
    expect(ids()).toEqual(['r-1a', 'r-2a', 'r-3a']);
    await expect(rescan('a', { reset: true })).rejects.toMatchObject(conflict);
    expect(existsSync(out)).toBe(true);
  });
});
