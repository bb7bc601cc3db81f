// Goal: a process starts no program but this package's own. Method: directories that look like a build of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programOf } from '../../src/machine/own-program.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'txlog-program-'));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/run.js'), '');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("is found from any file of this package's build", () => {
  const here = fileURLToPath(new URL('../..', import.meta.url));
  for (const file of ['dist/src/engine.js', 'dist/cli/bundles/commands.cjs', 'dist/test/library.mjs'])
    expect(programOf(join(here, file))).toBe(join(here, 'bin/run.js'));
});

it("is not a user's program, where this package is part of a bundle of theirs", () => {
  const bundle = join(root, 'dist/server.js');
  expect(programOf(bundle)).toBeUndefined();
  writeFileSync(join(root, 'package.json'), '{"name":"shop","bin":{"txlog":"./bin/run.js"}}');
  expect(programOf(bundle)).toBeUndefined();
  writeFileSync(join(root, 'package.json'), 'no JSON');
  expect(programOf(bundle)).toBeUndefined();
  expect(programOf(join(root, 'src/server.js'))).toBeUndefined();
});
