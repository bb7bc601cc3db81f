// Goal: what a newcomer sees first works and makes sense. Method: run `npm start`'s program, look for what it promises.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the demo shows requests, a refusal and its reason, a state with its applied list, a proof, and what to try next', () => {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-demo-test-'));
  const demo = fileURLToPath(new URL('../../dist/src/cli/demo/demo.js', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [demo], {
    ...{ encoding: 'utf8', cwd: dir, env: { ...process.env, TMPDIR: dir } },
  });
  rmSync(dir, { recursive: true, force: true });
  expect(status).toBe(0);
  expect(stdout).toMatch(/9 requests: 7 committed, 2 rejected \(KEY_OWNED 1, EXPECTATION_FAILED 1\)/);
  expect(stdout).toMatch(/rejected r-10 at position 10: KEY_OWNED: email\/ann@example.com is owned by r-1/);
  expect(stdout).toMatch(
    /stats\/customers {2}shared\n {2}value {4}2\n.*\n {2}applied {2}4 transactions\n( {4}\d+ .*\n){4}/,
  );
  expect(stdout).toMatch(/\$ txlog rescan --verify\nok /);
  expect(stdout).toMatch(/What to try next.*export TXLOG_ENV=/s);
  // About a screenful.
  expect(stdout.split('\n').length).toBeLessThan(60);
});
