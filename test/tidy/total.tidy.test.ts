import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

// Goal: nobody can add an operation, an event or a code, and forget what it means. Method: a copy of the sources with
// one planted member more is compiled, and the compiler must name the places that do not know it.

const root = fileURLToPath(new URL('../..', import.meta.url));
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'txlog-total-'));
  for (const name of ['src', 'tsconfig.json', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

it.each([
  [
    'an operation on a session',
    'src/core/fold/session.ts',
    "'session.turn',",
    "'session.turn', 'session.extra',",
    'src/core/fold/session-fold.ts',
  ],
  [
    'an event of a saga',
    'src/core/app/saga.ts',
    "| { readonly event: 'retry' }",
    "| { readonly event: 'retry' | 'extra' }",
    'src/core/app/saga-fold.ts',
  ],
  [
    'an operation of a request',
    'src/core/fold/change.ts',
    "  'reduce',\n",
    "  'reduce',\n  'extra',\n",
    'src/core/fold/fold.ts',
  ],
  [
    'a class of errors',
    'src/core/base/error-codes.ts',
    "  | 'usage'",
    "  | 'usage'\n  | 'extra'",
    'src/cli/frame/exit-codes.ts',
  ],
])('%s that is added and not handled does not compile', (_, file, from, to, place) => {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  expect(source).toContain(from);
  writeFileSync(path, source.replace(from, to));
  try {
    expect(compile()).toContain(place);
  } finally {
    writeFileSync(path, source);
  }
});

it('the sources as they are compile', () => {
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
