// Goal: attachments on the disk are whole or not there, whatever breaks off, and nothing that is used goes away. Method: the
// store on a directory of its own: parts of dead and living processes, files that are damaged, clearing beside uses.
import { createHash, randomBytes } from 'node:crypto';
import fs, {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../../src/environment/environment.ts';
import { openEnvironment, restore } from '../../../src/index.ts';
import { thisProcess, toDigits } from '../../../src/machine/process-name.ts';
import { fileAttachments } from '../../../src/storage/attachments/file-attachments.ts';
import { all } from '../../kit/all.ts';
import { streamOf } from '../../sync/dumps.ts';

let dir: string;
let env: Environment;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-attachments-'));
  env = await openEnvironment(join(dir, 'env'), { create: true });
});
afterEach(async () => {
  await env.close();
  rmSync(dir, { recursive: true, force: true });
});

const bytes = randomBytes(1_500_000);
const digest = createHash('sha256').update(bytes).digest('hex');
const fileOf = (root = 'env') => join(dir, root, 'attachments', digest.slice(0, 2), digest);
const parts = () => readdirSync(join(dir, 'env/attachments/parts'));
/** The files that this process has open. */
const openFiles = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return statSync(path, { throwIfNoEntry: false }) ? [readlinkSync(path)] : [];
  });

it('is one file under its digest, and no part is left', async () => {
  expect(await env.attachments.put(streamOf(bytes))).toMatchObject({ digest, duplicate: false });
  expect(readFileSync(fileOf()).equals(bytes)).toBe(true);
  expect(parts()).toEqual([]);
  expect(await env.attachments.put(streamOf(bytes))).toMatchObject({ duplicate: true });
  expect(parts()).toEqual([]);
  // Others of the environment read it; nobody else does.
  expect(statSync(fileOf()).mode & 0o077).toBe(0);
});

it('many that put the same at once keep it once', async () => {
  const reports = await Promise.all(Array.from({ length: 6 }, () => env.attachments.put(streamOf(bytes), { digest })));
  expect(reports.filter(({ duplicate }) => !duplicate).length).toBeGreaterThan(0);
  expect(readFileSync(fileOf()).equals(bytes)).toBe(true);
  expect(parts()).toEqual([]);
});

describe('a part', () => {
  const name = (process: string) => `${digest}.${process}.00000000-0000-4000-8000-000000000000`;
  const write = (process: string, length: number) => {
    const store = join(dir, 'env/attachments/parts');
    writeFileSync(join(store, name(process)), bytes.subarray(0, length));
  };
  // A start of the machine before this one.
  const dead = toDigits({ ...thisProcess(), boot: '0'.repeat(8), began: '1' }).replace(/^0-/, '7-');

  it('of a process that died is gone on with', async () => {
    await env.attachments.put(streamOf(Buffer.from('x')));
    write(dead, 600_000);
    expect((await env.attachments.show(digest)).partBytes).toBe(600_000);
    const rest = streamOf(bytes.subarray(600_000));
    expect(await env.attachments.put(rest, { digest, offset: 600_000 })).toMatchObject({ digest });
    expect(readFileSync(fileOf()).equals(bytes)).toBe(true);
    expect(parts()).toEqual([]);
  });

  it('of a process that lives is left to it', async () => {
    await env.attachments.put(streamOf(Buffer.from('x')));
    write(toDigits(thisProcess()), 600_000);
    expect((await env.attachments.show(digest)).partBytes).toBe(0);
    await env.attachments.put(streamOf(bytes), { digest });
    expect(parts()).toEqual([name(toDigits(thisProcess()))]);
  });

  it('that is whole and cannot have its name is kept for the next put', async () => {
    mkdirSync(join(dir, 'env/attachments'), { recursive: true });
    writeFileSync(dirname(fileOf()), 'in the way');
    await expect(env.attachments.put(streamOf(bytes), { digest })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(parts()).toEqual([digest]);
    rmSync(dirname(fileOf()));
    const nothing = streamOf(Buffer.alloc(0));
    expect(await env.attachments.put(nothing, { digest, offset: bytes.length })).toMatchObject({ digest });
    expect(readFileSync(fileOf()).equals(bytes)).toBe(true);
    expect(parts()).toEqual([]);
  });

  it('that cannot be opened keeps its name', async () => {
    await env.attachments.put(streamOf(Buffer.from('x')));
    mkdirSync(join(dir, 'env/attachments/parts', digest));
    await expect(env.attachments.put(streamOf(bytes), { digest })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(parts()).toEqual([digest]);
  });

  it('that cannot be opened keeps no file open', async () => {
    const one = await open(dir);
    const stat = vi.spyOn(Object.getPrototypeOf(one), 'stat').mockRejectedValue(new Error('no'));
    try {
      await expect(env.attachments.put(streamOf(bytes), { digest })).rejects.toThrow('no');
    } finally {
      stat.mockRestore();
      await one.close();
    }
    expect(parts()).toEqual([]);
    expect(openFiles().filter((path) => path.includes(digest))).toEqual([]);
  });

  it('of which nothing has come is none', async () => {
    const put = env.attachments.put(streamOf(bytes), { digest, offset: 5 });
    await expect(put).rejects.toMatchObject({ code: 'ATTACHMENT_CONFLICT' });
    expect(parts()).toEqual([]);
  });

  it('that nobody went on with is cleared away', async () => {
    await env.attachments.put(streamOf(Buffer.from('x')));
    write(dead, 1_000);
    write(toDigits(thisProcess()), 2_000);
    for (const part of parts()) utimesSync(join(dir, 'env/attachments/parts', part), 1, 1);
    expect(await all(env.attachments.clear({ dryRun: true }))).toEqual([{ digest: undefined, bytes: 1_000 }]);
    expect(parts()).toHaveLength(2);
    expect(await all(env.attachments.clear())).toEqual([{ digest: undefined, bytes: 1_000 }]);
    expect(parts()).toEqual([name(toDigits(thisProcess()))]);
  });
});

it('damage is found where it is read, and mended by putting it again', async () => {
  await env.attachments.put(streamOf(bytes));
  const damaged = Buffer.from(bytes);
  damaged[9] = (damaged[9] as number) ^ 1;
  writeFileSync(fileOf(), damaged);
  await expect(all(env.attachments.get(digest))).rejects.toMatchObject({ code: 'ATTACHMENT_INVALID' });
  expect(await all(env.attachments.verify())).toEqual([{ digest, problem: 'damaged' }]);
  expect(await all(env.attachments.verify({ digests: ['0'.repeat(64)] }))).toMatchObject([{ problem: 'missing' }]);
  await env.attachments.put(streamOf(bytes));
  expect(await all(env.attachments.verify())).toEqual([]);
});

it('what was begun with other bytes gives way, on the disk as well', async () => {
  const short = bytes.subarray(0, 700_000);
  async function* cut() {
    yield* streamOf(bytes.subarray(0, 1_000_000));
    throw new Error('cut');
  }
  await expect(env.attachments.put(cut(), { resumeAs: 'u' })).rejects.toThrow('cut');
  expect(parts()).toEqual(['u']);
  expect(await env.attachments.put(streamOf(short), { resumeAs: 'u' })).toMatchObject({ bytes: 700_000 });
  expect(parts()).toEqual([]);
});

it('leaves the log more room than the log needs: no put ends the writing of records', async () => {
  const { bavail, bsize } = statfsSync(dir);
  await env.close();
  // The log has the room that it reserves, and attachments would take of it.
  env = await openEnvironment(join(dir, 'env'), { reserveBytes: Math.floor((bavail * bsize) / 1.5) });
  const put = env.attachments.put(streamOf(bytes), { digest });
  await expect(put).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  expect(await env.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] })).toMatchObject({ position: 1 });
});

describe('clearing', () => {
  const hourAgo = () => Date.now() / 1_000 - 3_600;

  it('leaves what a request has just asked for, although its record is still to come', async () => {
    await env.attachments.put(streamOf(bytes));
    utimesSync(fileOf(), hourAgo(), hourAgo());
    const store = fileAttachments(join(dir, 'env'), false);
    expect(store.has(digest)).toBe(true);
    expect(await all(env.attachments.clear({ graceSeconds: 60 }))).toEqual([]);
    expect(statSync(fileOf()).size).toBe(bytes.length);
  });

  it('takes what nobody has asked for; a request that names it then is rejected', async () => {
    await env.attachments.put(streamOf(bytes));
    utimesSync(fileOf(), hourAgo(), hourAgo());
    expect(await all(env.attachments.clear({ graceSeconds: 60, dryRun: true }))).toHaveLength(1);
    expect(await all(env.attachments.clear({ graceSeconds: 60 }))).toEqual([{ digest, bytes: bytes.length }]);
    expect(
      await env.submit({ id: 'a', type: 't', attachments: [digest], changes: [{ op: 'add', key: 'n', value: 1 }] }),
    ).toMatchObject({
      rejection: { code: 'ATTACHMENT_MISSING' },
    });
  });

  it('that dies in between gives back what it had set aside, to whoever looks next', async () => {
    const aside = () => renameSync(fileOf(), `${fileOf()}.00000000-0000-4000-8000-000000000000`);
    await env.attachments.put(streamOf(bytes));
    aside();
    const names = { id: 'a', type: 't', attachments: [digest], changes: [{ op: 'add' as const, key: 'n', value: 1 }] };
    expect(await env.submit(names)).toMatchObject({ outcome: 'committed' });
    aside();
    expect(env.attachments.find(digest)).toMatchObject({ bytes: bytes.length });
    aside();
    expect(await all(env.attachments.list())).toMatchObject([{ digest }]);
    aside();
    await env.backup(join(dir, 'copy'));
    expect(readFileSync(fileOf('copy')).equals(bytes)).toBe(true);
    expect(readdirSync(dirname(fileOf('copy')))).toEqual([digest]);
    expect(await all(env.attachments.verify())).toEqual([]);
    expect(readdirSync(dirname(fileOf()))).toEqual([digest]);
    // It has come again: what was set aside goes with the parts.
    const twice = `${fileOf()}.00000000-0000-4000-8000-000000000000`;
    writeFileSync(twice, bytes);
    utimesSync(twice, hourAgo(), hourAgo());
    for (const dryRun of [true, false]) {
      expect(readdirSync(dirname(fileOf()))).toHaveLength(2);
      const cleared = await all(env.attachments.clear({ graceSeconds: 60, dryRun }));
      expect(cleared).toEqual([{ digest: undefined, bytes: bytes.length }]);
    }
    expect(readdirSync(dirname(fileOf()))).toEqual([digest]);
  });

  it('gives back what was asked for between its looks', async () => {
    await env.attachments.put(streamOf(bytes));
    utimesSync(fileOf(), hourAgo(), hourAgo());
    const { renameSync: rename } = fs;
    const asides: string[] = [];
    const between = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (from === fileOf()) {
        // Another process uses it at this moment: after the first look, and before the second.
        expect(fileAttachments(join(dir, 'env'), false).has(digest)).toBe(true);
        asides.push(String(to));
      }
      rename(from, to);
    });
    syncBuiltinESMExports();
    try {
      expect(fileAttachments(join(dir, 'env'), false).remove(digest, Date.now() - 60_000)).toBe(false);
    } finally {
      between.mockRestore();
      syncBuiltinESMExports();
    }
    expect(asides).toEqual([expect.stringContaining(`${fileOf()}.`)]);
    expect(readdirSync(dirname(fileOf()))).toEqual([digest]);
    expect(readFileSync(fileOf()).equals(bytes)).toBe(true);
  });
});

it('a damaged one is in no whole dump', async () => {
  await env.attachments.put(streamOf(bytes));
  await env.submit({ id: 'a', type: 't', attachments: [digest], changes: [{ op: 'add', key: 'n', value: 1 }] });
  writeFileSync(fileOf(), Buffer.alloc(bytes.length));
  await expect(all(env.sync.export())).rejects.toMatchObject({ code: 'ATTACHMENT_INVALID' });
});

it('a backup into a directory has the attachments, and what is made from it as well', async () => {
  await env.attachments.put(streamOf(bytes));
  await env.submit({ id: 'a', type: 't', attachments: [digest], changes: [{ op: 'add', key: 'n', value: 1 }] });
  await env.backup(join(dir, 'copy'));
  expect(readFileSync(fileOf('copy')).equals(bytes)).toBe(true);
  await restore(join(dir, 'copy'), join(dir, 'again'));
  const again = await openEnvironment(join(dir, 'again'));
  expect(await all(again.attachments.verify())).toEqual([]);
  await again.rebuild();
  expect(await all(again.attachments.verify())).toEqual([]);
  await again.replayTo({ position: 1, dir: join(dir, 'past') });
  expect(readFileSync(fileOf('past')).equals(bytes)).toBe(true);
  await again.close();
});

it('a backup that died among the attachments can be made again, and what it left is none', async () => {
  await env.attachments.put(streamOf(bytes));
  const shelf = join(dir, 'copy/attachments', digest.slice(0, 2));
  mkdirSync(shelf, { recursive: true });
  writeFileSync(join(shelf, `${digest}.part`), bytes.subarray(0, 1_000));
  expect(fileAttachments(join(dir, 'copy'), true).find(digest)).toBeUndefined();
  await env.backup(join(dir, 'copy'));
  expect(readFileSync(fileOf('copy')).equals(bytes)).toBe(true);
  await expect(env.backup(join(dir, 'copy'))).rejects.toMatchObject({ code: 'BACKUP_EXISTS' });
});

it('a read-only environment reads, and touches nothing', async () => {
  await env.attachments.put(streamOf(bytes));
  utimesSync(fileOf(), 7, 7);
  const reader = await openEnvironment(join(dir, 'env'), { readOnly: true });
  expect((await all(reader.attachments.get(digest))).reduce((sum, piece) => sum + piece.length, 0)).toBe(bytes.length);
  const names = { id: 'a', type: 't', attachments: [digest], changes: [{ op: 'add' as const, key: 'n', value: 1 }] };
  expect(await reader.preview([reader.check(names)])).toMatchObject([{ receipt: { outcome: 'committed' } }]);
  expect(statSync(fileOf()).mtimeMs).toBe(7_000);
  await reader.close();
});

it('a name that is no digest is never a path', async () => {
  writeFileSync(join(dir, 'secret'), 'x');
  const store = fileAttachments(join(dir, 'env'), false);
  for (const name of ['../../secret', 'secret', digest.toUpperCase(), '']) {
    expect(store.has(name)).toBe(false);
    expect(store.find(name)).toBeUndefined();
  }
  renameSync(join(dir, 'secret'), join(dir, 'still-here'));
});

it('has the rights of its environment, whatever the umask: a group shares both', async () => {
  chmodSync(join(dir, 'env'), 0o2770);
  const before = process.umask(0o077);
  try {
    await env.attachments.put(streamOf(bytes));
    await env.backup(join(dir, 'copy'));
  } finally {
    process.umask(before);
  }
  const bits = (path: string) => statSync(path).mode & 0o777;
  const root = join(dir, 'env/attachments');
  expect([root, join(root, 'parts'), dirname(fileOf())].map(bits)).toEqual([0o770, 0o770, 0o770]);
  expect(bits(fileOf())).toBe(0o660);
  // What a backup is put into has rights of its own.
  expect([dirname(fileOf('copy')), fileOf('copy')].map(bits)).toEqual([0o700, 0o600]);
});
