import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = ['oclif.manifest.json', 'dist/cli/start.cjs'];
const sources = ['src', 'commands', 'bin/build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** The built library in one file, as apps get it: what the scripts of tests import. */
const bundle = 'dist/cli/bundles/library.cjs';
const library = 'dist/test/library.mjs';

/** Builds what e2e tests run, unless it is newer than every source of it. */
export default function buildOnce(): void {
  buildAll();
  if (changedAt(library) < changedAt(bundle)) writeLibrary();
}

function buildAll(): void {
  const oldest = Math.min(...built.map(changedAt));
  if (oldest > Math.max(...sources.map(newestBelow))) return;
  const { status } = spawnSync(process.execPath, ['bin/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed: its output is above');
}

/** Three hundred modules one by one take half a second of CPU, and the tests start a hundred such scripts. */
function writeLibrary(): void {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, bundle)))
    .digest('hex')
    .slice(0, 32);
  const load = `loadBundle(${JSON.stringify({ file: join(root, bundle), digest, command: 'tests' })})`;
  const start = `import { loadBundle } from ${JSON.stringify(join(root, 'dist/src/cli/start/load-bundle.js'))};\n`;
  const script = `${start}console.log(Object.keys(${load}).join(', '));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the library in one file cannot be loaded: ${stderr}`);
  mkdirSync(dirname(join(root, library)), { recursive: true });
  writeFileSync(join(root, library), `${start}export const { ${stdout.trim()} } = ${load};\n`);
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
