import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textKey } from '../../src/layout/keys.ts';
import { run } from './command.ts';
import { breakRecord, damage, fill, tempDir } from './filled.ts';

// Goal: scripts learn from the exit code that an environment is wrong, and mended. Method: rows are damaged behind the
// engine's back, between commands.

let temp: ReturnType<typeof tempDir>;
let env: string;

beforeEach(async () => {
  temp = tempDir();
  env = join(temp.dir, 'env');
  // All is in the tables then, where it is damaged.
  await fill(env, 40, { journal: false });
});

afterEach(() => temp.remove());

it('rescan --verify of damaged indexes ends with 1 until --repair has made them anew', async () => {
  await damage(env, (tx) => tx.delete('states', textKey('k/3')));
  expect(await run(env, 'verify')).toMatchObject({ code: 0 });
  const found = await run(env, 'rescan', '--verify', '--json');
  expect(found.code).toBe(1);
  expect(JSON.parse(found.stdout)).toMatchObject({ ok: false, firstPosition: '4' });
  const unsaid = await run(env, 'rescan', '--verify', '--repair');
  expect(unsaid).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('use --yes') });
  const rehearsed = await run(env, 'rescan', '--verify', '--repair', '--dry-run');
  expect(rehearsed).toMatchObject({ code: 1, stderr: expect.stringContaining('would make all indexes anew') });
  expect(await run(env, 'rescan', '--verify', '--repair', '--yes')).toMatchObject({ code: 0 });
  expect(await run(env, 'rescan', '--verify')).toMatchObject({ code: 0 });
});

it('verify, rescan --verify and --repair tell a damaged log apart from damaged indexes', async () => {
  await damage(env, (tx) => breakRecord(tx, 20));
  const verified = await run(env, 'verify');
  expect(verified.code).toBe(1);
  expect(verified.stdout).toContain('first at position 20');
  expect((await run(env, 'rescan', '--verify')).code).toBe(1);
  const refused = await run(env, 'rescan', '--verify', '--repair', '--yes');
  expect(refused.code).toBe(74);
  expect(refused.stderr).toContain('cannot repair: the log is damaged at log/20');
});
