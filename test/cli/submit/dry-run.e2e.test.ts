// Goal: a dry run of any length tells what a submission would, and leaves nothing behind. Method: the built command line,
// once dry and once for good, on more lines than one atomic unit may have.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../../../src/core/base/limits.ts';
import { additions, Shell } from '../txlog.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => shell.remove());

const count = limits.atomicRequestsMax + 2_000;
const claims =
  '{"id":"c-1","type":"c","changes":[{"op":"claim","key":"seat"}]}\n{"id":"c-2","type":"c","changes":[{"op":"claim","key":"seat"}]}\n';

it('a dry run decides each line as if those before it were submitted, and writes nothing', () => {
  shell.run(['submit', '-'], additions(3));
  writeFileSync(join(shell.dir, 'many.ndjson'), additions(count) + claims);
  const temporary = join(shell.dir, 'tmp');
  mkdirSync(temporary);
  Object.assign(shell.env, { TMPDIR: temporary });
  const dry = shell.run(['submit', 'many.ndjson', '--dry-run']);
  expect(dry.code).toBe(0);
  expect(dry.stderr).toMatch(/^12,002 requests: 11,998 committed, 1 rejected \(KEY_OWNED 1\), 3 submitted before/);
  // Newer versions of Node keep compiled code there.
  expect(readdirSync(temporary).filter((name) => name.startsWith('txlog'))).toEqual([]);
  expect(readdirSync(join(shell.dir, 'env')).sort()).toEqual(['current', 'g1']);
  expect(shell.value('n')).toBe(3);
  const wet = shell.run(['submit', 'many.ndjson']);
  expect(lines(dry.stdout)).toEqual(lines(wet.stdout));
  const [first = ''] = dry.stdout.split('\n');
  expect(JSON.parse(first)).toMatchObject({ durability: 'none', dryRun: true, duplicate: true });
  expect(shell.value('n')).toBe(count);
});

it('a dry run stops at a bad line with the receipts before it, and prints no command to go on with', () => {
  const { code, stdout, stderr } = shell.run(
    ['submit', '-', '--dry-run'],
    `${additions(2)}{"type":7}\n${additions(1, 2)}`,
  );
  expect({ code, receipts: lines(stdout).length }).toEqual({ code: 65, receipts: 2 });
  expect(stderr).toContain('REQUEST_INVALID');
  expect(stderr).not.toContain('resume');
  expect(stderr).not.toContain('submit -');
});

it('an atomic unit has a bound that a dry run has not, and its error tells the bound', () => {
  const { code, stderr } = shell.run(['submit', '-', '--atomic'], additions(count));
  expect(code).toBe(65);
  expect(stderr).toMatch(/^txlog: REQUEST_TOO_LARGE: one atomic unit has at most 10000 requests of 67108864 bytes/);
  expect(stderr).toContain('without --atomic');
  expect(JSON.parse(shell.run(['status', '--json']).stdout)).toMatchObject({ head: { position: '0' } });
});

/** Receipts but for what differs between a dry run and another. */
function lines(text: string): unknown[] {
  const receipts = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return receipts.map(({ time: _time, durability: _durability, dryRun: _dryRun, ...rest }) => rest);
}
