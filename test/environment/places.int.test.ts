// Goal: what the system answers about a place becomes a code of ours, words for people, and a command to run next.
// Method: places that cannot be, made in a temporary directory; and each answer that a system may give.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApp } from '../../src/app/load-app.ts';
import { readBytesFile, unreadable, unwritable } from '../../src/cli/frame/read-file.ts';
import { formatError } from '../../src/cli/frame/report-error.ts';
import { systemReason } from '../../src/core/base/system-error.ts';
import { openEnvironment } from '../../src/index.ts';
import { placeFailure } from '../../src/storage/lmdb/place-failure.ts';

const dir = mkdtempSync(join(tmpdir(), 'txlog-places-'));

beforeAll(() => {
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('loop', join(dir, 'loop'));
  symlinkSync('nowhere', join(dir, 'dangling'));
  mkdirSync(join(dir, 'config.json'));
});
afterAll(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

const raw = /\bE[A-Z]{3,}\b|, (open|mkdir|stat|read)\b/;

describe.each(['file/x', 'file', 'loop', 'loop/x', 'dangling', 'n'.repeat(300), '/proc/x/y'])(
  'the impossible path %s',
  (name) => {
    const place = name.startsWith('/') ? name : join(dir, name);

    it('is no place for an environment', async () => {
      const error = await openEnvironment(place, { create: true }).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'ENV_FOREIGN' });
      expect(error.message).not.toMatch(raw);
    });

    it('holds no input', () => {
      const read = () => readBytesFile(join(place, 'in'));
      expect(read).toThrow(expect.objectContaining({ code: expect.stringMatching(/^INPUT_(NOT_FOUND|UNREADABLE)$/) }));
      expect(read).not.toThrow(raw);
    });

    it('holds no app', async () => {
      const error = await loadApp(join(place, 'app.js')).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'APP_NOT_FOUND', details: { next: [expect.stringMatching(/^ls /)] } });
      expect(error.message).not.toMatch(raw);
    });
  },
);

const answers = [
  ...['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG', 'ELOOP', 'EINVAL', 'EMFILE'],
  ...[
    'ENFILE',
    'ENOMEM',
    'ENOSPC',
    'EDQUOT',
    'EFBIG',
    'EXDEV',
    'ETXTBSY',
    'EBUSY',
    'ENOTEMPTY',
    'EIO',
    'EPIPE',
    'ESTALE',
  ],
];

it.each([...answers, 'EUNHEARD'])('the system error %s is told in words, with a command to run next', (code) => {
  const cause = Object.assign(new Error(`${code}: it went wrong, open '/x'`), { code, syscall: 'open', path: '/x' });
  expect(systemReason(cause)).not.toMatch(raw);
  for (const error of [placeFailure('make', '/x', cause), unreadable('/x', cause), unwritable('/x', cause)]) {
    expect(error.message).not.toMatch(raw);
    expect(error.details.next).toHaveLength(1);
  }
  const uncaught = formatError(cause, { json: false, verbose: false });
  expect(uncaught).toMatch(/^txlog: [A-Z_]+: .*\/x/);
  expect(uncaught).not.toMatch(/BUG|, open/);
});

it.each([
  ['EACCES', 'ENV_PERMISSION'],
  ['EROFS', 'ENV_READ_ONLY'],
  ['ENOSPC', 'STORAGE_FULL'],
  ['EDQUOT', 'STORAGE_FULL'],
  ['ENOENT', 'ENV_FOREIGN'],
  ['EMFILE', 'STORAGE_FAILED'],
  ['EIO', 'STORAGE_FAILED'],
])('the system error %s at the place of an environment is %s', (code, ours) => {
  expect(placeFailure('make', '/x', Object.assign(new Error(code), { code }))).toMatchObject({ code: ours });
});
