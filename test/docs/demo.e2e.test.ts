import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './pages.ts';

// Goal: the README's first command shows the main job. Method: what `npm start` runs is run, and its output looked at.

it('npm start submits, refuses, reads, undoes and proves, and says what to try next', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { readonly start: string };
  };
  const [program = '', ...args] = scripts.start.split(' ');
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  expect(stdout).toMatch(/KEY_OWNED/);
  expect(stdout).toMatch(/submitted before/);
  expect(stdout).toMatch(/applied {2}\d+ transactions/);
  expect(stdout).toMatch(/^ok {2}\d+ records/m);
  expect(stdout).toMatch(/What to try next/);
  expect(status).toBe(0);
});
