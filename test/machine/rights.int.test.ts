// Goal: nobody but the owner gets in, whatever the umask, and code that another user can have written is not run. Method:
// all that the engine makes is looked at under umask 000 and 022; files get the rights and owners that others would give.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rights } from '../../src/cli/doctor/examine-disk.ts';
import { findApp, openEnvironment, restore, saveApp } from '../../src/index.ts';
import { distrustOf, findDistrust, isPrivateDir } from '../../src/machine/file-rights.ts';
import { privateCache } from '../../src/machine/private-cache.ts';

let place: string;
let dir: string;
const umask = process.umask();

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-rights-'));
  dir = join(place, 'env');
});

afterEach(() => {
  process.umask(umask);
  rmSync(place, { recursive: true, force: true });
});

function modesBelow(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return ['', ...names].map((name) => {
    const { mode } = lstatSync(join(path, name));
    return `${(mode & 0o777).toString(8)} ${name}`;
  });
}

/** Everything that the engine puts into an environment. */
async function fillWithAll(): Promise<void> {
  const env = await openEnvironment(dir, { create: true });
  await env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });
  const lease = env.leases.hold({ id: 'w-1', lease: 30 });
  saveApp(dir, join(place, 'app.mjs'));
  await env.rebuild();
  await env.backup(join(place, 'backup.mdb'));
  await env.backup(join(place, 'copy'));
  await env.close();
  await restore(join(place, 'backup.mdb'), join(place, 'restored'));
  expect(lease.renew()).toBe(true);
}

describe('what the engine makes', () => {
  it.each([0o000, 0o022])('is its owner’s alone under umask %o', async (mask) => {
    process.umask(mask);
    await fillWithAll();
    for (const path of ['env', 'copy', 'restored']) {
      const wide = modesBelow(join(place, path)).filter((text) => !/^(?:700 (?:|g\d|leases)|600 .+)$/.test(text));
      expect(wide).toEqual([]);
      expect(rights(join(place, path))).toMatchObject({ level: 'ok' });
    }
    expect(modesBelow(place)).toContain('600 backup.mdb');
  });

  it('is closed to others in an empty directory that was open', async () => {
    mkdirSync(dir, { mode: 0o755 });
    await (await openEnvironment(dir, { create: true })).close();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  it('stays shared with a group where its directory is, and never with all', async () => {
    await (await openEnvironment(dir, { create: true })).close();
    for (const path of ['', 'g1', 'g1/data.mdb', 'g1/lock.mdb', 'g1/gate.mdb', 'g1/gate.mdb-lock', 'current'])
      chmodSync(join(dir, path), path === '' || path === 'g1' ? 0o777 : 0o666);
    await fillWithAll();
    const odd = modesBelow(dir).filter((text) => !/^(?:777 |775 (?:g2|leases)|664 .+)$/.test(text));
    expect(odd).toEqual([]);
    expect(rights(dir)).toMatchObject({ level: 'warn', text: expect.stringMatching(/^others may write \d+ of/) });
    chmodSync(dir, 0o700);
    expect(rights(dir)).toMatchObject({ level: 'ok' });
  });
});

describe('an app that nobody named', () => {
  beforeEach(async () => {
    await (await openEnvironment(dir, { create: true })).close();
    writeFileSync(other(), 'export default {}');
  });

  const untrusted = expect.objectContaining({ code: 'APP_UNTRUSTED' });
  const beside = () => join(place, 'txlog.app.mjs');
  const other = () => join(place, 'other.mjs');

  it('is loaded when only its owner may write it', () => {
    writeFileSync(beside(), 'export default {}', { mode: 0o644 });
    expect(findApp(dir)).toBe(beside());
    saveApp(dir, other());
    expect(findApp(dir)).toBe(other());
  });

  it('is not loaded when every user may write it, or the config that names it', () => {
    writeFileSync(beside(), 'export default {}');
    chmodSync(beside(), 0o666);
    expect(() => findApp(dir)).toThrow(untrusted);
    expect(findApp(dir, beside())).toBe(beside());
    saveApp(dir, other());
    chmodSync(join(dir, 'config.json'), 0o666);
    expect(() => findApp(dir)).toThrow(untrusted);
  });

  it('that came with a copy is not loaded when every user may write it, whoever wrote the config', async () => {
    saveApp(dir, other());
    const env = await openEnvironment(dir);
    await env.backup(join(place, 'backup.mdb'));
    await env.close();
    await restore(join(place, 'backup.mdb'), join(place, 'restored'));
    expect(findApp(join(place, 'restored'))).toBe(other());
    chmodSync(other(), 0o666);
    expect(findApp(dir)).toBe(other());
    expect(() => findApp(join(place, 'restored'))).toThrow(untrusted);
    saveApp(join(place, 'restored'), other());
    expect(findApp(join(place, 'restored'))).toBe(other());
  });

  it.each([
    ['this user', { uid: 1000, gid: 1000, mode: 0o100664 }, undefined],
    ['root', { uid: 0, gid: 0, mode: 0o100664 }, undefined],
    ['another user', { uid: 1001, gid: 1001, mode: 0o100600 }, 'it belongs to user 1001'],
    ['this user, shared with a group', { uid: 1000, gid: 50, mode: 0o100664 }, 'group 50 may write it'],
    ['this user, open to all', { uid: 1000, gid: 1000, mode: 0o100666 }, 'every user may write it'],
    ['root, in a directory that protects what each puts there', { uid: 0, gid: 0, mode: 0o41777 }, undefined],
  ])('is judged by who may write it: %s', (_, file, why) => {
    expect(distrustOf(file, { uid: 1000 })).toBe(why);
  });

  it('is taken from the user who called sudo', () => {
    const file = { uid: 1000, gid: 1000, mode: 0o100644 };
    expect(distrustOf(file, { uid: 0 })).toBe('it belongs to user 1000');
    expect(distrustOf(file, { uid: 0, sudoUid: '1000' })).toBeUndefined();
    expect(distrustOf(file, { uid: 1001, sudoUid: '1000' })).toBe('it belongs to user 1000');
  });
});

describe('a cache of compiled code', () => {
  const home = process.env.XDG_CACHE_HOME;
  afterEach(() => {
    if (home === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = home;
  });

  it('is a directory that nobody else can write or replace, or none', () => {
    const cache = join(place, 'cache');
    process.env.XDG_CACHE_HOME = cache;
    process.umask(0o022);
    const made = privateCache('apps');
    expect(made).toBe(join(cache, 'txlog', 'apps'));
    expect(statSync(made as string).mode & 0o777).toBe(0o700);
    for (const path of [join(cache, 'txlog', 'apps'), join(cache, 'txlog'), cache]) {
      const { mode } = statSync(path);
      chmodSync(path, 0o777);
      expect(privateCache('apps')).toBeUndefined();
      chmodSync(path, mode & 0o777);
    }
    expect(privateCache('apps')).toBe(made);
    rmSync(made as string, { recursive: true });
    mkdirSync(join(place, 'elsewhere'), { mode: 0o777 });
    chmodSync(join(place, 'elsewhere'), 0o777);
    symlinkSync(join(place, 'elsewhere'), made as string);
    expect(privateCache('apps')).toBeUndefined();
  });

  it('is none where it cannot be made', () => {
    writeFileSync(join(place, 'file'), '');
    process.env.XDG_CACHE_HOME = join(place, 'file');
    expect(privateCache('apps')).toBeUndefined();
  });

  it('may lie in a shared directory that protects what each user puts there', () => {
    const own = join(place, 'own');
    chmodSync(place, 0o1777);
    mkdirSync(own, { mode: 0o700 });
    expect(findDistrust(place)).toBeUndefined();
    expect(isPrivateDir(own)).toBe(true);
    chmodSync(place, 0o777);
    expect(isPrivateDir(own)).toBe(false);
  });
});
