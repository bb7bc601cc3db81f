// Goal: what `npm pack` makes can be installed and used by someone who has nothing else. Method: pack, install the
// tarball into an empty project, run its command line and import it as a library there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'txlog-package-'));

beforeAll(() => {
  // dist is built already; scripts would build it anew under the tests that run beside this one.
  const packed = run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], root);
  writeFileSync(join(project, 'package.json'), '{ "name": "someone", "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(project, packed.trim())], project);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the installed command line makes an environment, takes a request and verifies', () => {
  const txlog = (...args: string[]) => run(join(project, 'node_modules/.bin/txlog'), args, project);
  expect(txlog('--version')).toMatch(/^txlog\/\d+\.\d+\.\d+ /);
  txlog('init');
  expect(txlog('submit', '--id', 'r-1', '--type', 'greet', '--change', 'add greetings 1')).toContain(
    'committed r-1 at position 1',
  );
  expect(JSON.parse(txlog('get', 'greetings', '--json'))).toMatchObject({ value: 1, applied: 1 });
  expect(JSON.parse(txlog('verify', '--json'))).toMatchObject({ ok: true });
});

test('the installed package can be imported, and its command line loads an app that imports it', () => {
  const script = `
    import { openEnvironment } from 'txlog';
    const env = await openEnvironment('.txlog');
    const { value } = await env.get('greetings');
    await env.close();
    console.log(value);
  `;
  writeFileSync(join(project, 'read.js'), script);
  expect(run(process.execPath, ['read.js'], project)).toBe('1\n');
  const app = `
    import { defineApp, reject } from 'txlog';
    export default defineApp({ requests: { never: { decide: () => reject('NO', 'because it is never') } } });
  `;
  writeFileSync(join(project, 'txlog.app.ts'), app);
  const submit = () => run(join(project, 'node_modules/.bin/txlog'), ['submit', '--type', 'never', '--json'], project);
  expect(submit).toThrow(expect.objectContaining({ status: 1, stdout: expect.stringContaining('"code":"NO"') }));
});

function run(command: string, args: readonly string[], cwd: string): string {
  const { TXLOG_ENV: _, TXLOG_APP: __, ...env } = process.env;
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
