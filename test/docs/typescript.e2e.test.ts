import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { present } from '../../src/core/base/assert.ts';
import { docPages, type Fence, fencesOf, root } from './pages.ts';
import { makeWorkplace, namedFences, type Workplace } from './workplace.ts';

// Goal: every TypeScript example of the docs and of the sources' comments compiles under strict settings, and runs.
// Method: those of one page are files of one directory, where `txlog` is the built package. One run of the compiler, which
// costs more than all the examples, reads all directories. What an example says about its output, in comments right after a
// console.log, is compared with what it prints.

interface ExampleFile {
  readonly name: string;
  readonly text: string;
}

interface Example {
  readonly path: string;
  readonly fences: readonly Fence[];
}

const examples: readonly Example[] = [...docPages(), ...commentedSources()].filter(({ fences }) =>
  fences.some(({ lang }) => lang === 'ts'),
);

/** The directory of each page, and those of its examples that are run. */
const places = new Map<Example, { readonly workplace: Workplace; readonly files: readonly ExampleFile[] }>();

beforeAll(() => {
  for (const example of examples) {
    const workplace = makeWorkplace(example);
    const named = new Set(namedFences(example).map(([, text]) => text));
    const unnamed = example.fences.filter(({ lang, text }) => lang === 'ts' && !named.has(text));
    const files = unnamed.map(({ text, line }) => ({ name: `line-${line}.ts`, text }));
    for (const { name, text } of files) writeFileSync(join(workplace.dir, name), `${text}\nexport {};\n`);
    places.set(example, { workplace, files });
  }
});

afterAll(() => {
  for (const { workplace } of places.values()) workplace.remove();
});

it('the examples of all pages compile under strict settings', () => {
  const all = [...places].map(([{ path }, { workplace }]) => ({ path, dir: workplace.dir }));
  const [first] = places.values();
  const { workplace: place } = present(first, 'a page');
  symlinkSync(join(root, 'node_modules/@types'), join(place.dir, 'node_modules/@types'));
  const include = all.map(({ dir }) => join(dir, '*.ts'));
  writeFileSync(join(place.dir, 'tsconfig.json'), JSON.stringify({ ...settings, include }));
  // An error is told by the page that it is in.
  const { status, output } = run(
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(place.dir, 'tsconfig.json')],
    {
      ...place,
      dir: tmpdir(),
    },
  );
  const told = all.reduce((text, { path, dir }) => text.replaceAll(basename(dir), path), output);
  expect({ status, told }).toEqual({ status: 0, told: '' });
});

it.each(examples.map((example) => [example.path, example] as const))(
  'examples of %s print what they say',
  (_, example) => {
    const { workplace, files } = present(places.get(example), 'the directory of a page');
    for (const { name, text } of files) {
      const { status, output } = run([compiled(name, workplace)], workplace);
      expect({ status, output }).toEqual({ status: 0, output: promised(text) });
    }
  },
);

/** An example as JavaScript, with the modules beside it: a loader of TypeScript would be most of what it takes to run. */
function compiled(name: string, { dir }: { dir: string }): string {
  const outfile = name.replace(/\.ts$/, '.js');
  const settings = { bundle: true, format: 'esm', packages: 'external', platform: 'node', target: 'node20' } as const;
  buildSync({ ...settings, absWorkingDir: dir, entryPoints: [name], outfile });
  return outfile;
}

const settings = {
  compilerOptions: {
    ...{ target: 'es2023', module: 'node20', types: ['node'], strict: true, noEmit: true, skipLibCheck: true },
    ...{ allowImportingTsExtensions: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
  },
};

/** What an example says that it prints: comments that follow a line with console.log. */
function promised(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const said = lines.filter((line, i) => line.startsWith('// ') && lines[i - 1]?.includes('console.log('));
  return said.map((line) => `${line.slice(3)}\n`).join('');
}

function run(args: readonly string[], { dir, env }: { dir: string; env: NodeJS.ProcessEnv }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** Modules of src/ whose comments hold examples. */
function commentedSources(): Example[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return files.flatMap((file) => {
    if (!file.endsWith('.ts')) return [];
    const text = readFileSync(join(root, 'src', file), 'utf8');
    const fences = [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap(([comment]) => [
      ...fencesOf(comment.replace(/^[ \t]*\*[ \t]?/gm, '')),
    ]);
    return [{ path: `src/${file}`, fences }];
  });
}
