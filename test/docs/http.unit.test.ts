// Goal: the page on HTTP says the status of each code. Method: its tables, made again from the code; with TXLOG_DOCS=write they
// are written.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/core/base/error-codes.ts';
import { rejectionCodes } from '../../src/core/base/errors.ts';
import { statusOfCode, statusOfRejection } from '../../src/http/answer/statuses.ts';
import { root } from './pages.ts';

const file = join(root, 'docs/http.md');
const quoted = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(', ');

it('docs/http.md has the status of each error code', () => {
  const statuses = [...new Set(errorCodes.map(statusOfCode))].sort((a, b) => a - b);
  const rows = statuses.map(
    (status) => `| ${status} | ${quoted(errorCodes.filter((code) => statusOfCode(code) === status))} |`,
  );
  const page = readFileSync(file, 'utf8');
  const written = page.replace(
    /(\| status \| codes \|\n\| --- \| --- \|\n)(?:\|.*\n|STATUS_TABLE\n)+/,
    `$1${rows.join('\n')}\n`,
  );
  if (process.env.TXLOG_DOCS === 'write') writeFileSync(file, written);
  else expect(page).toBe(written);
});

it('docs/http.md has the rejection codes that have a status of their own', () => {
  const page = readFileSync(file, 'utf8');
  for (const status of [403, 409] as const) {
    const codes = rejectionCodes.filter((code) => statusOfRejection(code) === status);
    expect(page).toContain(`| ${status} | ${quoted([...codes].sort())} |`);
  }
  expect(statusOfRejection('ODD')).toBe(422);
});
