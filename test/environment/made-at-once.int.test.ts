// Goal: an environment is opened, or made, whatever others who make it do at the moment, and whatever one who was killed
// left. Method: a thread that names and unnames it without a pause; directories as each step of a maker leaves them.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment, restore } from '../../src/index.ts';
import { nameFirst, readCurrent } from '../../src/storage/lmdb/generation.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';

let place: string;
let dir: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-made-'));
  dir = join(place, 'env');
});

afterEach(() => rmSync(place, { recursive: true, force: true }));

async function make(id = 'r-1'): Promise<string> {
  const env = await openEnvironment(dir, { create: true });
  await env.submit({ id, type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  await env.close();
  return env.unit;
}

async function look(options: { create?: boolean; readOnly?: boolean }) {
  const env = await openEnvironment(dir, options);
  const { position } = await env.head();
  await env.close();
  return { unit: env.unit, position };
}

describe('an environment that others make at this moment', () => {
  it('is never taken for something else', async () => {
    mkdirSync(join(dir, 'g1'), { recursive: true });
    writeFileSync(join(dir, 'g1', 'data.mdb'), 'data');
    const namer = new Worker(
      `const { renameSync, rmSync, writeFileSync } = require('node:fs');
       const { parentPort, workerData } = require('node:worker_threads');
       let going = true;
       parentPort.once('message', () => { going = false; });
       (function name() {
         for (let i = 0; i < 50; i++) {
           writeFileSync(workerData + '/current.1', 'g1');
           renameSync(workerData + '/current.1', workerData + '/current');
           rmSync(workerData + '/current');
         }
         if (going) setImmediate(name); else parentPort.close();
       })();`,
      { eval: true, workerData: dir },
    );
    try {
      for (let looks = 0; looks < 20_000; looks++) expect(readCurrent(dir)).toBe(1);
    } finally {
      namer.postMessage('enough');
      await namer.terminate();
    }
  });

  it('is one environment for all who make it', async () => {
    for (let round = 0; round < 5; round++) {
      dir = join(place, `env-${round}`);
      const envs = await Promise.all([1, 2, 3, 4].map(() => openEnvironment(dir, { create: true })));
      expect(new Set(envs.map((env) => env.unit)).size).toBe(1);
      await Promise.all(envs.map((env) => env.close()));
      expect(readdirSync(dir).sort()).toEqual(['current', 'g1']);
    }
  });

  it('keeps the name that a rebuild gave it, however late its maker comes to name it', async () => {
    await make();
    const env = await openEnvironment(dir);
    await env.rebuild();
    await env.close();
    mkdirSync(join(dir, 'g1'));
    nameFirst(dir, 1);
    expect(readFileSync(join(dir, 'current'), 'utf8')).toBe('g2\n');
  });
});

describe('what a killed maker left', () => {
  it.each([
    ['a directory', () => undefined],
    ['an empty generation', () => mkdirSync(join(dir, 'g1'))],
    ['a generation with an empty file', () => emptyFile()],
    ['a generation without a format', () => unformatted()],
    ['builds and names of version 0.1.0', () => litter()],
  ])('%s becomes an environment', async (_, leave) => {
    mkdirSync(dir);
    await leave();
    await expect(look({})).rejects.toMatchObject({ code: expect.stringMatching(/^ENV_(NOT_FOUND|FOREIGN)$/) });
    expect(await look({ create: true })).toMatchObject({ position: 0 });
    expect(await look({})).toMatchObject({ position: 0 });
  });

  it.each([{ create: true }, {}, { readOnly: true }])(
    'a whole generation without a name is opened: %o',
    async (how) => {
      const unit = await make();
      rmSync(join(dir, 'current'));
      expect(await look(how)).toEqual({ unit, position: 1 });
      expect(existsSync(join(dir, 'current'))).toBe(!('readOnly' in how));
      await expect(restore(join(dir), dir)).rejects.toMatchObject({ code: 'ENV_EXISTS' });
      expect(await look({})).toEqual({ unit, position: 1 });
    },
  );

  it('is opened as the newest generation where the name is lost', async () => {
    const unit = await make();
    const env = await openEnvironment(dir);
    await env.rebuild();
    await env.close();
    rmSync(join(dir, 'current'));
    expect(await look({})).toEqual({ unit, position: 1 });
    expect(readFileSync(join(dir, 'current'), 'utf8')).toBe('g2\n');
  });
});

describe('a directory that should hold data and does not', () => {
  it.each([{}, { create: true }, { readOnly: true }])('is refused, and nothing is made in it: %o', async (how) => {
    await make();
    for (const harm of [
      () => writeFileSync(join(dir, 'g1', 'data.mdb'), ''),
      () => rmSync(join(dir, 'g1', 'data.mdb')),
    ]) {
      harm();
      const before = readdirSync(join(dir, 'g1'));
      await expect(openEnvironment(dir, how)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
      expect(readdirSync(join(dir, 'g1'))).toEqual(before);
    }
    rmSync(join(dir, 'g1'), { recursive: true });
    await expect(openEnvironment(dir, how)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    expect(readdirSync(dir)).toEqual(['current']);
  });

  it('is not made anew when it is removed before it is opened', () => {
    const gone = join(place, 'gone');
    expect(() => openLmdbStorage({ dir: gone, existing: true })).toThrow(
      expect.objectContaining({ code: 'STORAGE_CORRUPT' }),
    );
    expect(existsSync(gone)).toBe(false);
  });
});

function emptyFile(): void {
  mkdirSync(join(dir, 'g1'));
  writeFileSync(join(dir, 'g1', 'data.mdb'), '');
}

async function unformatted(): Promise<void> {
  await openLmdbStorage({ dir: join(dir, 'g1') }).close();
}

function litter(): void {
  for (const name of ['building-4000000-0-1', 'building-1-0-1']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'current.4000000'), 'g');
}
