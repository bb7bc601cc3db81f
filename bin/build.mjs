// Builds everything that ships, step by step:
//   dist/src, dist/commands   JavaScript and types, one file per source (tsc): the library, and the command line with DEBUG
//   dist/cli/bundles          the commands with oclif and LMDB's package, and `txlog submit` and completion without oclif (esbuild)
//   dist/tui                  the screen with ink and react, for `txlog tui` alone: they are ES modules (esbuild)
//                             and the library in one file, for apps in TypeScript that import it
//   dist/http                 the frontend with its server, for `txlog serve` alone, in the same way; and the files of its page
//   dist/cli/start.cjs        what runs one of these
//   dist/bench/run.js         only with --bench: the benchmarks as plain JavaScript, so that no loader is measured
//   oclif.manifest.json       names and flags of all commands, so that starting loads only one of them
// A start costs mostly the files that Node must find, parse and compile, hence the bundles.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parseSync, Visitor } from 'oxc-parser';

const root = fileURLToPath(new URL('..', import.meta.url));

const shared = {
  absWorkingDir: root,
  bundle: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Packages that ship both kinds give their ES modules: jsonc-parser's other form requires files in a way no bundler sees.
  mainFields: ['module', 'main'],
  platform: 'node',
  target: 'node20',
};

// Parts of Node that most commands do not use, and that load others: each is loaded when something of it is used.
const lateParts = [
  'child_process',
  'node:child_process',
  'node:fs/promises',
  'node:timers/promises',
  'node:worker_threads',
];
const requireLate =
  'const requireLate=(name)=>{let part;return new Proxy({},{get:(_,key)=>(part??=require(name))[key]})};';

// A CommonJS file knows where it is by another name than an ES module.
const hereInCommonJs = {
  banner: { js: `const hereUrl=require('node:url').pathToFileURL(__filename).href;${requireLate}` },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.url': 'hereUrl' },
};

// The bundle holds the code that the sources load late, too.
const lateCode = {
  name: 'late-code',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('createRequire(import.meta.url)(', 'require('),
      loader: 'ts',
    }));
  },
};

// LMDB's package finds its native code from the place of its own file; msgpackr, which only its own encodings use, would
// double the time that it takes to load.
const lmdbPackage = {
  name: 'lmdb-package',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^lmdb$/ }, () => ({ path: join(root, 'node_modules/lmdb/dist/index.cjs') }));
    onLoad({ filter: /\/lmdb\/dist\/index\.cjs$/ }, async ({ path }) => ({
      contents: `const lmdbFile = require('node:module').createRequire(__filename).resolve('lmdb');
        ${(await readFile(path, 'utf8')).replaceAll('__filename', 'lmdbFile')}`,
    }));
    onResolve({ filter: /^msgpackr$/, namespace: 'file' }, () => ({ path: 'msgpackr', namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: "exports.Encoder = class { constructor() { throw new Error('msgpackr is not in this bundle'); } };",
    }));
  },
};

// One request that is submitted by plain flags loads nothing late; code that is only read and kept for others costs each start.
const nothingLate = {
  name: 'nothing-late',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'late' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in this bundle`)});`,
    }));
  },
};

// The screen and the frontend are bundles of their own: what loads the bundles lies in dist/cli.
const facesApart = {
  name: 'faces-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/(?:tui\/start-tui|http\/start-server)\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: path.replace(/^.*\/src\/(.*)\.ts$/, '../$1.js'), external: true } : undefined,
    );
  },
};

// The faces that are loaded by themselves, as modules.
const asModules = {
  ...shared,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  splitting: true,
  // CommonJS inside an ES module needs a `require`.
  banner: { js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);" },
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
run('node_modules/typescript/bin/tsc', ['-p', '.']);
await buildCommandLine();
await buildScreen();
await buildFrontend();
if (process.argv.includes('--bench')) await bundleBench();
writeManifest();

async function buildCommandLine() {
  const files = sourcesBelow('commands');
  const commandIds = files.map(commandId);
  const modules = files.map((file) => `'${commandId(file)}': () => import('./${file}')`);
  const commands = `export { runCli } from './src/cli/frame/run-cli.ts';
    export const commandModules = { ${modules.join(', ')} };`;
  const digests = {
    commands: await bundle('commands', { stdin: { contents: commands, resolveDir: root, loader: 'ts' } }),
    complete: await bundle('complete', {
      entryPoints: ['src/cli/complete/complete.ts'],
      external: ['ajv', 'ajv-formats'],
    }),
    // Users' code never runs here: what checks it would only be parsed for nothing.
    'fast-submit': await bundle('fast-submit', {
      entryPoints: ['src/cli/submit/fast-submit.ts'],
      external: ['ajv', 'ajv-formats'],
      late: [nothingLate],
    }),
  };
  digests.checkpoints = await bundle('checkpoints', {
    entryPoints: ['src/keep-checkpoints.ts'],
    external: ['ajv', 'ajv-formats'],
  });
  digests.library = await bundle('library', { entryPoints: ['src/index.ts'], external: ['ajv', 'ajv-formats'] });
  await build({
    ...shared,
    banner: hereInCommonJs.banner,
    define: {
      ...hereInCommonJs.define,
      bundleDigests: JSON.stringify(digests),
      commandIds: JSON.stringify(commandIds),
    },
    entryPoints: ['src/cli/start/start.ts'],
    format: 'cjs',
    outfile: 'dist/cli/start.cjs',
  });
}

/** `session:list` for commands/session/list.ts, as oclif names it. */
function commandId(file) {
  return file
    .replace(/^commands\//, '')
    .replace(/\.tsx?$/, '')
    .replaceAll('/', ':');
}

/** Makes a bundle that `loadBundle` can run. Returns the digest of its text. */
async function bundle(name, { external = [], late = [], ...options }) {
  const { outputFiles } = await build({
    ...shared,
    ...hereInCommonJs,
    ...options,
    charset: 'ascii',
    external: [...external, 'jiti'],
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    outfile: `dist/cli/bundles/${name}.cjs`,
    plugins: [...late, lateCode, lmdbPackage, facesApart],
    write: false,
  });
  const text = inAscii(withImportsHandedIn(`${name}.cjs`, withLateParts(outputFiles[0].text)));
  const wrapped = `(function(exports,require,module,__filename,__dirname,importModule){${text}\n})`;
  mkdirSync(join(root, 'dist/cli/bundles'), { recursive: true });
  writeFileSync(join(root, `dist/cli/bundles/${name}.cjs`), wrapped);
  return createHash('sha256').update(wrapped).digest('hex').slice(0, 32);
}

/** An import of all of a part of Node copies it, and needs the part itself: those are left. */
function withLateParts(text) {
  return lateParts.reduce(
    (code, part) => code.replaceAll(`=require(${JSON.stringify(part)})`, `=requireLate(${JSON.stringify(part)})`),
    text,
  );
}

/** `loadBundle` reads a bundle as Latin-1. esbuild escapes all text but that of patterns, where the same escapes hold. */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Code that is compiled from a text cannot import by itself: each `import(…)` becomes a call of what is handed in. */
function withImportsHandedIn(name, text) {
  const starts = [];
  new Visitor({ ImportExpression: ({ start }) => starts.push(start) }).visit(parseSync(name, text).program);
  return starts
    .sort((a, b) => b - a)
    .reduce((code, at) => `${code.slice(0, at)}importModule${code.slice(at + 'import'.length)}`, text);
}

// The code that runs before react is loaded decides which of its builds is taken; ink asks for its developer tools only then.
async function buildScreen() {
  await build({
    ...asModules,
    entryPoints: ['src/tui/start-tui.ts'],
    outdir: 'dist/tui',
    external: ['lmdb', 'jiti', 'react-devtools-core'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
}

async function buildFrontend() {
  await build({
    ...asModules,
    entryPoints: ['src/http/start-server.ts', 'src/http/work-thread.ts'],
    outdir: 'dist/http',
    external: ['lmdb', 'jiti'],
  });
  // The code that serves the files of the page looks for them beside itself.
  for (const place of ['dist/http', 'dist/src/http/page/served'])
    cpSync(join(root, 'src/http/page/served/files'), join(root, place, 'files'), { recursive: true });
}

async function bundleBench() {
  const entryPoints = sourcesAt('test/bench/run.ts');
  await build({
    ...shared,
    entryPoints,
    format: 'esm',
    sourcemap: true,
    packages: 'external',
    outfile: 'dist/bench/run.js',
  });
}

function writeManifest() {
  rmSync(join(root, 'oclif.manifest.json'), { force: true });
  if (sourcesBelow('commands').length === 0) return;
  run('node_modules/oclif/bin/run.js', ['manifest']);
  // Each start reads it: without what people would read it by, it is two thirds as long.
  const file = join(root, 'oclif.manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const command of Object.values(manifest.commands)) command.usage = usageOf(command);
  writeFileSync(file, `${JSON.stringify(manifest)}\n`);
}

/** A line that can be typed: all flags in it, as oclif writes it, are read by nobody. */
function usageOf({ id, args, flags }) {
  const words = Object.values(args).map(({ name, required, multiple }) => {
    const word = `${name.toUpperCase()}${multiple ? '...' : ''}`;
    return required ? word : `[${word}]`;
  });
  const needed = Object.values(flags).filter(({ required }) => required);
  const values = needed.map(
    ({ name, helpValue, options }) => `--${name} ${options?.join('|') ?? helpValue ?? 'VALUE'}`,
  );
  return [id.replaceAll(':', ' '), ...words, ...values, '[FLAGS]'].join(' ');
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
