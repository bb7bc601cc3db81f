// Goal: the fast path of `submit` cannot be told from the command. Method: each command line of a table runs through
// bin/run.js, which takes the fast path, and through oclif alone, in equal environments. One process for each of
// both ways runs all lines (kit/README.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { textOf, WarmCommands } from '../kit/warm-commands.ts';
import { Shell } from './txlog.ts';

const oclifOnly = new WarmCommands(fileURLToPath(new URL('./oclif-only.mjs', import.meta.url)));
const fast = new Shell();
const slow = new Shell();
afterAll(async () => {
  fast.remove();
  slow.remove();
  await oclifOnly.close();
});
for (const shell of [fast, slow]) {
  const { dir } = shell;
  shell.run(['init', '--env', 'journal', '--journal']);
  for (const name of ['mirror', 'paused', 'moved']) shell.run(['init', '--env', name]);
  shell.run(['submit', '--env', 'moved', '--type', 't', '--id', 'first', '--change', 'add n 1']);
  shell.run(['sync', 'export', '--env', 'moved', '-O', 'dump.avro']);
  shell.run(['sync', 'import', '--env', 'mirror', 'dump.avro']);
  shell.run(['queue', 'pause', 'request/t', '--env', 'paused']);
  shell.run(['replay', '--yes', '--env', 'moved']);
  writeFileSync(join(dir, 'data.json'), '{"a":1}');
  writeFileSync(join(dir, 'bytes.json'), Buffer.from([0xff]));
}

const table: readonly (readonly string[])[] = [
  ['--type', 't', '--id', 'r-1', '--actor', 'me', '--change', 'claim k "v"', '--change', 'set s {"a":[1,2]}'],
  ['--type', 't', '--id', 'r-1', '--actor', 'me', '--change', 'claim k "v"', '--change', 'set s {"a":[1,2]}', '--json'],
  ['--type', 't', '--id', 'r-2', '--change', 'claim k "w"'],
  ['--type', 't', '--id', 'r-2', '--change', 'claim k "w"', '--json', '-q'],
  ['--type', 't', '--id', 'r-2', '--change', 'claim other'],
  ['--type', 't', '--id', 'r-2', '--change', 'claim other', '--json'],
  ['--type=t', '--id=r-3', '--data=@data.json', '--expect=s version=1'],
  ['--type', 't', '--id', 'r-4', '--data', '@missing.json'],
  ['--type', 't', '--id', 'r-4', '--data', '@bytes.json'],
  ['--type', 't', '--id', 'r-4', '--data', '{"a":1,"a":2}', '--json'],
  ['--type', 't', '--id', 'r-4', '--change', 'steal k'],
  ['--type', 't', '--id', 'r-4', '--change', '{"op":"set","key":"\\u0007","value":1}'],
  ['--type', '', '--id', 'r-4'],
  ['--type', 't', '--id', 'r-4', '--env', 'nowhere'],
  ['--type', 't', '--id', 'r-4', '--env', 'nowhere', '--json'],
  ['--type', 't', '--id', 'r-5', '--data', '-5'],
  ['--type', 't', '--type', 'u', '--id', 'r-6'],
  ['--type', 't', '--id', 'r-6', '--unknown'],
  ['--type', 't', '--id', 'r-6', '--dry-run'],
  ['--type', 't', '--id', 'r-6', '--no-color'],
  ['--type', 't', '--id', 'r-6', '--attachment', '0'.repeat(64), '--change', 'add n 1'],
  ['--type', 't', '--id', 'r-6', '--correlation', 'c', '--change', 'add n 1', '--env', 'journal'],
  ['--type', 't', '--id', 'r-6', '--change', 'add n 1', '--env', 'mirror'],
  ['--type', 't', '--id', 'r-6', '--change', 'add n 1', '--env', 'paused', '--json'],
  ['--type', 't', '--id', 'many', '--change', 'add n 1', '--env', 'moved'],
  ['--id', 'r-7'],
  ['--type', 't', '--id', 'r-7', 'data.json'],
  ['--type', 't', '--id', 'r-7', '--', 'data.json'],
  [],
];

it.each(table.map((args) => [args.join(' '), args] as const))(
  'the fast path cannot be told from the command: submit %s',
  (_, args) => {
    compare(['submit', ...args]);
  },
);

it('the fast path takes a TXLOG_TIME that means nothing as the command does', () => {
  for (const { env } of [fast, slow]) Object.assign(env, { TXLOG_TIME: 'soon' });
  compare(['submit', '--type', 't', '--id', 'r-8']);
});

it('the fast path holds no code that is loaded late: each start would pay for it', () => {
  const file = fileURLToPath(new URL('../../dist/cli/bundles/fast-submit.cjs', import.meta.url));
  const text = readFileSync(file, 'latin1');
  expect(text).toContain('./worker.ts is not in this bundle');
  // 562 KB: 297 modules. One that is needed may come; a capability of the engine may not.
  expect(text.length).toBeLessThan(600_000);
});

function compare(line: readonly string[]): void {
  const { stdout, stderr, code } = fast.run(line);
  const other = oclifOnly.callSync(line, slow);
  expect({ stdout: same(stdout), stderr: same(stderr), code }).toEqual({
    ...{ stdout: same(textOf(other, 'stdout')), stderr: same(textOf(other, 'stderr')), code: other.code },
  });
}

function same(text: string): string {
  return text
    .replaceAll(fast.dir, '<dir>')
    .replaceAll(slow.dir, '<dir>')
    .replaceAll(/a mirror of [0-9a-f-]{36}/g, 'a mirror of <unit>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}
