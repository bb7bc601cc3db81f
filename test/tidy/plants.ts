/** Files of a small project, by path. */
export type Files = Readonly<Record<string, string>>;

type Plant = { readonly rule: string; readonly title: string; readonly at: string; readonly files: Files };

const doc = '/** Promises something. */\n';
const imports = (...paths: string[]) => paths.map((path) => `import '${path}';\n`).join('');
// Put together, so that this file does not hold it.
const host = ['registry', 'example', 'org'].join('.');
const lines = (count: number, line = '// a line\n') => line.repeat(count);

/** One module per layer, each of which obeys every rule. */
export const cleanProject: Files = {
  'package.json': '{ "name": "sample" }\n',
  'bin/run.js': imports('@oclif/core'),
  'commands/get.ts': imports('@oclif/core', '../src/cli/print.ts', '../src/index.ts', '../src/tui/app.ts'),
  'src/core/limits.ts':
    `${doc}export const limits = { key: 512 };\nexport type Clock = { now(): Date; process: number };\n`.replace(
      'export type',
      `${doc}export type`,
    ),
  'src/core/pick.ts': `${doc}export function pick(a: string): string;\nexport function pick(a: unknown): unknown {\n  return { process: a };\n}\n`,
  'src/ports/clock.ts': imports('../core/limits.ts'),
  'src/layout/keys.ts': imports('avsc', '../core/limits.ts', '../ports/clock.ts'),
  'src/pipeline/0-loop.ts': imports('../layout/keys.ts', '../core/pick.ts', './5-log.ts'),
  'src/pipeline/5-log.ts': imports('../ports/clock.ts'),
  'src/sessions/lead.ts': imports('../pipeline/0-loop.ts'),
  'src/app/load-app.ts': imports('jiti', 'node:fs', '../core/limits.ts'),
  'src/storage/lmdb/open.ts': imports('lmdb', '../../layout/keys.ts', './write.ts'),
  'src/storage/lmdb/write.ts': '',
  'src/storage/memory/memory.ts': imports('../../ports/clock.ts'),
  'src/engine.ts': imports(
    './storage/lmdb/open.ts',
    './storage/memory/memory.ts',
    './app/load-app.ts',
    './sessions/lead.ts',
  ),
  'src/index.ts': "export { limits } from './core/limits.ts';\nexport * from './engine.ts';\n",
  'src/cli/print.ts': imports('../engine.ts', '../core/limits.ts'),
  'src/tui/app.ts': imports('../engine.ts'),
  'test/tidy/doors.txt': [
    'app/load-app',
    'pipeline/0-loop',
    'sessions/lead',
    'storage/lmdb/open',
    'storage/memory/memory',
    'tui/app',
  ]
    .map((name) => `src/${name}.ts\n`)
    .join(''),
  'test/sample.e2e.test.ts': "new URL('./worker.ts', import.meta.url);\n",
  'test/worker.ts': '',
  'test/sample.unit.test.ts': "import { test } from 'vitest';\ntest('runs', () => {});\n",
};

/** A violation of each rule: the files that it adds or replaces, and where the finding must point. */
export const plants: readonly Plant[] = [
  layer('core imports ports', 'src/core/pick.ts', '../ports/clock.ts', { 'src/ports/clock.ts': '' }),
  layer('ports import layout', 'src/ports/clock.ts', '../layout/keys.ts', { 'src/layout/keys.ts': '' }),
  layer('layout imports the pipeline', 'src/layout/keys.ts', '../pipeline/5-log.ts', {
    'src/pipeline/5-log.ts': '',
    'src/pipeline/0-loop.ts': '',
  }),
  layer('pipeline imports a capability', 'src/pipeline/5-log.ts', '../sessions/lead.ts', {
    'src/sessions/lead.ts': '',
  }),
  layer('the view imports a step', 'src/view/view.ts', '../pipeline/5-log.ts', { 'src/pipeline/5-log.ts': '' }),
  layer('the environment imports the engine', 'src/environment/fork.ts', '../engine.ts', { 'src/engine.ts': '' }),
  layer('a page imports a face', 'src/pages/key.ts', '../cli/print.ts', { 'src/cli/print.ts': '' }),
  layer('a file lies loose at the root', 'src/loose.ts', './core/limits.ts'),
  layer('a capability imports the engine', 'src/sessions/lead.ts', '../engine.ts', { 'src/engine.ts': '' }),
  layer('the engine imports a face', 'src/engine.ts', './cli/print.ts', { 'src/cli/print.ts': '' }),
  layer('a face imports storage', 'src/cli/print.ts', '../storage/memory/memory.ts'),
  layer('a face imports its sibling', 'src/tui/app.ts', '../cli/print.ts'),
  layer('a face imports a command', 'src/cli/print.ts', '../../commands/get.ts', { 'commands/get.ts': '' }),
  layer('a command passes src/index.ts by', 'commands/get.ts', '../src/engine.ts'),
  layer('a command imports the pipeline', 'commands/get.ts', '../src/pipeline/0-loop.ts'),
  layer('a backend imports its sibling', 'src/storage/memory/memory.ts', '../lmdb/write.ts'),
  layer('storage imports the pipeline', 'src/storage/lmdb/write.ts', '../../pipeline/5-log.ts'),
  layer('the app imports layout', 'src/app/load-app.ts', '../layout/keys.ts'),
  layer('an import hides in a type', 'src/core/pick.ts', '', {
    'src/core/pick.ts': `${doc}export type Pick = import('../layout/keys.ts').Key;\n`,
    'src/layout/keys.ts': '',
  }),
  layer('a folder has no layer', 'src/extra/one.ts', '../core/limits.ts'),
  home('avsc', 'src/sessions/lead.ts'),
  home('lmdb', 'src/engine.ts'),
  home('@oclif/core/flags', 'src/tui/app.ts'),
  home('ajv-formats', 'src/engine.ts'),
  home('jsonc-parser', 'src/cli/print.ts'),
  home('@marcbachmann/cel-js', 'commands/get.ts'),
  {
    rule: 'packages',
    title: 'a package is loaded late',
    at: 'src/engine.ts',
    files: { 'src/engine.ts': "await import('jiti');\nrequire('lmdb');\n" },
  },
  plant('pure-imports', 'core imports a package', 'src/core/pick.ts', "import 'uuid';\n"),
  plant('pure-imports', 'the pipeline imports node', 'src/pipeline/5-log.ts', "import 'node:fs';\n"),
  plant('pure-globals', 'a clock', 'src/core/pick.ts', `${doc}export const now = () => Date.now();\n`),
  plant('pure-globals', 'a new date', 'src/pipeline/5-log.ts', `${doc}export const now = () => new Date();\n`),
  plant('pure-globals', 'chance', 'src/core/pick.ts', `${doc}export const dice = () => Math.random();\n`),
  plant('pure-globals', 'the process', 'src/ports/clock.ts', `${doc}export const env = () => process.env;\n`),
  plant('pure-globals', 'a timer', 'src/pipeline/5-log.ts', 'setTimeout(() => {}, 1);\n'),
  plant('pure-globals', 'the console', 'src/core/pick.ts', "console.log('x');\n"),
  plant('pure-globals', 'a short field', 'src/core/pick.ts', `${doc}export const globals = { process };\n`),
  {
    rule: 'cycles',
    title: 'two modules import each other',
    at: 'src/pipeline/0-loop.ts',
    files: { 'src/pipeline/5-log.ts': imports('./0-loop.ts') },
  },
  {
    rule: 'folder-cycles',
    title: 'two folders import each other by other files',
    at: 'src/cli/print.ts',
    files: {
      'src/cli/print.ts': imports('./text/width.ts', '../engine.ts', '../core/limits.ts'),
      'src/cli/frame.ts': '',
      'src/cli/text/width.ts': imports('../frame.ts'),
    },
  },
  {
    rule: 'doors',
    title: 'a folder is entered by a file that is no door',
    at: 'src/sessions/lead.ts',
    files: { 'src/sessions/lead.ts': imports('../pipeline/0-loop.ts', '../pipeline/5-log.ts') },
  },
  {
    rule: 'doors',
    title: 'nobody enters by a door',
    at: 'test/tidy/doors.txt',
    files: {
      'test/tidy/doors.txt':
        'src/app/load-app.ts\nsrc/pipeline/0-loop.ts\nsrc/pipeline/5-log.ts\nsrc/sessions/lead.ts\nsrc/storage/lmdb/open.ts\nsrc/storage/memory/memory.ts\nsrc/tui/app.ts\n',
    },
  },
  {
    rule: 'test-folders',
    title: 'a folder without tests',
    at: 'src/pages',
    files: { 'src/pages/key.ts': '' },
  },
  plant(
    'late-code',
    'code that no long process loads',
    'src/sessions/lead.ts',
    "await import('../pipeline/0-loop.ts');\n",
  ),
  plant('barrels', 'a second barrel', 'src/core/pick.ts', "export * from './limits.ts';\n"),
  plant(
    'barrels',
    'a barrel that imports first',
    'src/core/pick.ts',
    "import { limits } from './limits.ts';\nexport { limits };\n",
  ),
  named('src/core/string-utils.ts'),
  named('src/core/helpers.ts'),
  named('src/core/common/key.ts'),
  named('src/core/session-manager.ts'),
  plant('unique-files', 'a file name stands twice', 'src/core/keys.ts', ''),
  plant('unique-exports', 'a name is exported twice', 'src/core/limits.ts', `${doc}export const pick = 1;\n`),
  plant('json-homes', 'a face makes JSON', 'src/cli/print.ts', `${doc}export function toPageJson() {}\n`),
  plant('reach', 'nobody imports it', 'src/core/lonely.ts', ''),
  plant('reach', 'nobody starts it', 'test/crash/worker.ts', ''),
  plant('file-size', 'a long source', 'src/core/pick.ts', lines(401)),
  plant('file-size', 'a long command', 'commands/get.ts', `${cleanProject['commands/get.ts']}${lines(70)}`),
  plant('file-size', 'a long test', 'test/sample.unit.test.ts', lines(601)),
  {
    rule: 'median-size',
    title: 'most files are long',
    at: 'src',
    files: Object.fromEntries(
      Object.entries(cleanProject)
        .filter(([path]) => path.startsWith('src/'))
        .map(([path, text]) => [path, `${text}${lines(91)}`]),
    ),
  },
  plant('function-size', 'a long function', 'src/engine.ts', `${doc}export function run() {\n${lines(70)}}\n`),
  plant('function-size', 'a long method', 'src/engine.ts', `class A {\n  run() {\n${lines(70)}  }\n}\nnew A();\n`),
  plant(
    'parameters',
    'a function of six',
    'src/engine.ts',
    `${doc}export const run = (a, b, c, d, e, f) => [a, b, c, d, e, f];\n`,
  ),
  plant('parameters', 'a method of six', 'src/engine.ts', 'class A {\n  run(a, b, c, d, e, f) {}\n}\nnew A();\n'),
  plant(
    'spreads',
    'a field that may be absent',
    'src/engine.ts',
    `${doc}export const run = (a) => ({ ...(a ? { a } : {}) });\n`,
  ),
  plant('openings', 'a docstring', 'src/engine.ts', '/** What a run did. */\nexport const run = 1;\n'),
  plant('openings', 'a line comment', 'src/engine.ts', '\n// Whoever runs it waits.\n'),
  plant('docstrings', 'a bare function', 'src/engine.ts', 'export function run() {}\n'),
  plant('docstrings', 'a line comment is none', 'src/engine.ts', '// Runs.\nexport const run = () => {};\n'),
  plant('docstrings', 'a bare type', 'src/engine.ts', 'export type Run = string;\n'),
  plant('docstrings', 'exported below', 'src/engine.ts', 'const run = 1;\nexport { run };\n'),
  plant('docstrings', 'a bare default', 'src/engine.ts', 'export default class {}\n'),
  plant('machine-paths', 'in a document', 'docs/guide.md', `See ${'/wo'}rk/notes.md\n`),
  plant('machine-paths', 'in a string', 'src/engine.ts', `${doc}export const home = '${'/ro'}ot/.txlog';\n`),
  plant('registry-hosts', 'in a lock file', 'package-lock.json', `{ "${'resolved'}": "https://host/a.tgz" }\n`),
  plant('registry-hosts', 'in .npmrc', '.npmrc', `registry=https://${host}/\n`),
  ...['test skip', 'describe only', 'it todo', 'test concurrent only'].map((call) =>
    plant('switched-off', call, 'test/sample.unit.test.ts', `${call.replaceAll(' ', '.')}('x');\n`),
  ),
];

function plant(rule: string, title: string, at: string, text: string): Plant {
  return { rule, title, at, files: { [at]: text } };
}

// `files` replaces what would make a cycle of it, so that one rule alone is broken.
function layer(title: string, at: string, path: string, files: Files = {}): Plant {
  return { rule: 'layers', title, at, files: { [at]: imports(path), ...files } };
}

function home(specifier: string, at: string): Plant {
  const kept = cleanProject[at] ?? '';
  return {
    rule: 'packages',
    title: `${specifier} away from home`,
    at,
    files: { [at]: `${kept}${imports(specifier)}` },
  };
}

function named(path: string): Plant {
  return plant('names', path, path, '');
}
