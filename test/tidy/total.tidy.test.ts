import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

// Goal: nobody can add an operation, an event or a code, and forget what it means. Method: a copy of the sources with one
// planted member more in each closed set is compiled once, and the compiler must name, at the place that does not know it,
// each planted member by its own name.

const root = fileURLToPath(new URL('../..', import.meta.url));
interface Planted {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the compiler says, of which file. */
  readonly said: RegExp;
}

const planted: Readonly<Record<string, Planted>> = {
  'an operation on a session': {
    file: 'src/core/fold/session.ts',
    from: "'session.turn',",
    to: "'session.turn', 'session.extra',",
    said: /^src\/core\/fold\/session-fold\.ts\(.*session\.extra/m,
  },
  'an event of a saga': {
    file: 'src/core/app/saga.ts',
    from: "| { readonly event: 'retry' }",
    to: "| { readonly event: 'retry' | 'extraEvent' }",
    said: /^src\/core\/app\/saga-fold\.ts\(.*extraEvent/m,
  },
  'an operation of a request': {
    file: 'src/core/fold/change.ts',
    from: "  'reduce',\n",
    to: "  'reduce',\n  'extraChange',\n",
    said: /^src\/core\/fold\/fold\.ts\(.*extraChange/m,
  },
  'a class of errors': {
    file: 'src/core/base/error-codes.ts',
    from: "  | 'usage'",
    to: "  | 'usage'\n  | 'extraClass'",
    said: /^src\/cli\/frame\/exit-codes\.ts\(.*extraClass/m,
  },
};

let copy: string;
let errors: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'txlog-total-'));
  for (const name of ['src', 'tsconfig.json', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, from, to } of Object.values(planted)) {
    const source = readFileSync(join(copy, file), 'utf8');
    expect(source).toContain(from);
    writeFileSync(join(copy, file), source.replace(from, to));
  }
  errors = compile();
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

it.each(Object.entries(planted))('%s that is added and not handled does not compile', (_, { said }) => {
  expect(errors).toMatch(said);
});

it('the sources as they are compile', () => {
  for (const { file } of Object.values(planted)) cpSync(join(root, file), join(copy, file));
  expect(compile()).toBe('');
});

function compile(): string {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--noEmit'], {
    cwd: copy,
    encoding: 'utf8',
  });
  return stdout;
}
