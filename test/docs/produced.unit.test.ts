import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/core/base/error-codes.ts';
import { rejectionCodes } from '../../src/core/base/errors.ts';
import { docPages, root } from './pages.ts';

// Goal: every documented code is produced by a test. Method: each code is looked up in what is asserted: the tests'
// own lines, comments aside, the written sessions of the command line, and the console examples of the docs.

const asserted = [...testLines(), ...docSessions()].join('\n');

describe.each([
  ['error', errorCodes],
  ['rejection', rejectionCodes],
])('every %s code', (_, codes) => {
  it.each(codes)('%s is produced by a test', (code) => {
    expect(new RegExp(`\\b${code}\\b`).test(asserted)).toBe(true);
  });
});

/** Lines of tests. */
function testLines(): string[] {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => !/^(?:tidy|bench)\//.test(file) && /\.(?:ts|mjs|txt|md|snap|session)$/.test(file))
    .flatMap((file) => readFileSync(join(root, 'test', file), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line));
}

function docSessions(): string[] {
  return docPages().flatMap(({ fences }) => fences.filter(({ lang }) => lang === 'console').map(({ text }) => text));
}
