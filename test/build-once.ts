import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = ['oclif.manifest.json', 'dist/cli/start.cjs'];
const sources = ['src', 'commands', 'bin/build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** The library as one file: what the scripts of tests import, of which each start loads it. */
const library = 'dist/test/library.mjs';

/** Builds what e2e tests run, unless it is newer than every source of it. */
export default function buildOnce(): void {
  buildAll();
  if (changedAt(library) < changedAt('dist/src/index.js')) bundleLibrary();
}

function buildAll(): void {
  const oldest = Math.min(...built.map(changedAt));
  if (oldest > Math.max(...sources.map(newestBelow))) return;
  const { status } = spawnSync(process.execPath, ['bin/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed: its output is above');
}

/** Three hundred modules one by one take half a second of CPU, and the tests start a hundred such scripts. */
function bundleLibrary(): void {
  const form = { bundle: true, format: 'esm', packages: 'external', platform: 'node', target: 'node20' } as const;
  buildSync({ ...form, absWorkingDir: root, entryPoints: ['dist/src/index.js'], outfile: library });
}

function changedAt(file: string): number {
  const path = join(root, file);
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestBelow(name: string): number {
  const path = join(root, name);
  if (!existsSync(path) || !statSync(path).isDirectory()) return changedAt(name);
  const below = readdirSync(path, { recursive: true, encoding: 'utf8' });
  // The folder itself counts: removing a file changes nothing else.
  return Math.max(changedAt(name), ...below.map((file) => changedAt(join(name, file))));
}
