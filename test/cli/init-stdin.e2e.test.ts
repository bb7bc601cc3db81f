// Goal: an environment is made where the command line says, whatever stands in its stdin. Method: a real pipe that a script
// reads from, with init before the command that is to have its data.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shell } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
let shell: Shell;
beforeAll(() => {
  shell = new Shell();
});
afterAll(() => shell.remove());

it('init takes no directory from stdin', () => {
  const before = readdirSync(shell.dir);
  const script = `printf elsewhere | '${process.execPath}' '${bin}' init --env here`;
  const made = spawnSync('bash', ['-c', script], { cwd: shell.dir, env: shell.env, encoding: 'utf8' });
  expect(made.status).toBe(0);
  expect(readdirSync(shell.dir)).toEqual([...before, 'here'].sort());
});
