// Builds everything that ships, step by step:
//   dist/src, dist/commands   JavaScript and types, one file per source (tsc): the library
//   dist/cli                  the commands with @oclif/core in few ESM chunks (esbuild): the command line
//   dist/fast/submit.cjs      `txlog submit` without oclif, one file (esbuild)
//   dist/bench/run.js         only with --bench: the benchmarks as plain JavaScript, so that no loader is measured
//   oclif.manifest.json       names and flags of all commands, so that starting loads only one of them
// A start costs mostly the files that Node must find and parse, hence the bundles.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const shared = {
  absWorkingDir: root,
  bundle: true,
  // Native code, and modules that find files of their own at run time.
  external: ['lmdb', 'jiti'],
  legalComments: 'none',
  logLevel: 'warning',
  // Of packages that ship both, the ES modules: jsonc-parser's other form requires its files in a way that no bundler sees.
  mainFields: ['module', 'main'],
  platform: 'node',
  sourcemap: true,
  sourcesContent: false,
  target: 'node20',
};

// lmdb ships many ES modules and one CommonJS file; requiring the one saves 20 ms of every start.
const lmdbInOneFile = {
  name: 'lmdb-in-one-file',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^lmdb$/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'in-one-file' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'in-one-file' }, () => ({ contents: "module.exports = require('lmdb')" }));
  },
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', ['-p', '.']);
await bundleCommands();
await bundleFastSubmit();
if (process.argv.includes('--bench')) await bundleBench();
writeManifest();

async function bundleCommands() {
  const entries = [...sourcesBelow('commands'), ...sourcesAt('src/cli/frame/run.ts')];
  await build({
    ...shared,
    // src/cli/frame/run.ts becomes dist/cli/run.js, beside dist/cli/commands, where bin/run.js and oclif look.
    entryPoints: entries.map((file) => ({
      in: file,
      out: file.replace(/^src\/cli\/frame\//, '').replace(/\.tsx?$/, ''),
    })),
    outdir: 'dist/cli',
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    splitting: true,
    // @oclif/core is CommonJS: inside an ES module it needs a `require` and a `__dirname`.
    banner: { js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);" },
    define: { __dirname: 'import.meta.dirname' },
    plugins: [lmdbInOneFile],
  });
}

async function bundleFastSubmit() {
  const entryPoints = sourcesAt('src/cli/submit/fast-submit.ts');
  if (entryPoints.length === 0) return;
  await build({
    ...shared,
    entryPoints,
    outfile: 'dist/fast/submit.cjs',
    format: 'cjs',
    // Users' code never runs here: what checks it would only be parsed for nothing.
    external: [...shared.external, 'ajv', 'ajv-formats'],
    // An ES module knows where it is, a CommonJS one has to be told.
    banner: { js: "const hereUrl=require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'hereUrl' },
  });
}

async function bundleBench() {
  const entryPoints = sourcesAt('test/bench/run.ts');
  await build({ ...shared, entryPoints, format: 'esm', packages: 'external', outfile: 'dist/bench/run.js' });
}

function writeManifest() {
  rmSync(join(root, 'oclif.manifest.json'), { force: true });
  if (sourcesBelow('commands').length > 0) run('node_modules/oclif/bin/run.js', ['manifest']);
}

function sourcesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder), { recursive: true });
  return files.filter((file) => /\.tsx?$/.test(file)).map((file) => join(folder, file));
}

function sourcesAt(file) {
  return existsSync(join(root, file)) ? [file] : [];
}

function run(script, args) {
  const env = { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' };
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
