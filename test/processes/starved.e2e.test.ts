// Goal: a long process that lacks file descriptors for a moment is whole again when they come back; nothing that it
// loads on first use fails for ever. Method: a process of the library takes all its descriptors while a worker and every
// call of the environment are used for the first time, gives them back, and does it all again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-starved-'));
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const starved = fileURLToPath(new URL('./starved.mjs', import.meta.url));
const theirs = `export default { requests: { far: { decide: () => [{ op: 'set', key: 'far', value: 1 }] } } };\n`;

afterAll(() => rmSync(root, { recursive: true, force: true }));

it('a process that had no file descriptors works again in all its parts when they come back', async () => {
  const [dir, there, module] = ['here', 'there', 'theirs.mjs'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(module, theirs);
  await new ScriptProcess(txlog, ['init', '--env', there]).done();
  const said = await new ScriptProcess(starved, [dir, there, module], 'ulimit -n 200;').done();
  const lines = said.trim().split('\n');
  expect(lines.slice(0, 7)).toEqual([
    'watch: heard',
    'wait s-ok: committed',
    'wait s-no: rejected',
    'wait n-1: removed',
    'undone: s-no',
    'enqueue: ok',
    'status: ok',
  ]);
  expect(lines.slice(7, -2).filter((line) => !line.endsWith(': ok'))).toEqual([]);
  expect(lines.slice(-2)).toEqual(['worker: stopped', 'close: ok']);
});
