// Goal: people at a terminal are asked for what is missing, and for the name of a protected context; nobody else is. Method:
// commands in a pseudo-terminal, answered as people do, and the same ones without.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { narrowed } from '../../src/cli/frame/pick.ts';
import { shellQuote } from '../../src/text/shell-quote.ts';
import type { Ended } from '../kit/commands.ts';
import { Shell, Talk } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const shell = new Shell();
const env = { ...shell.env, XDG_CONFIG_HOME: join(shell.dir, 'config') };

beforeAll(() => {
  for (const id of ['mail/1', 'mail/2']) shell.run(['session', 'new', 'mail', '--id', id, '--data', '1']);
  shell.run(['submit', '--type', 't', '--id', 'r-1', '--change', 'set k 1']);
});
afterAll(() => shell.remove());

/** Runs at a terminal; each answer is typed once its question is there. */
async function talk(
  args: readonly string[],
  answers: readonly (readonly [question: string, typed: string])[],
): Promise<Ended> {
  const command = [process.execPath, bin, ...args].map(shellQuote).join(' ');
  const given = { ...env, TERM: 'dumb', CI: '' };
  const one = new Talk(spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], { cwd: shell.dir, env: given }));
  let from = 0;
  for (const [question, typed] of answers) {
    while (!one.stdout.includes(question, from) && one.child.exitCode === null)
      await Promise.race([new Promise((resolve) => one.child.stdout?.once('data', resolve)), one.ended]);
    from = one.stdout.length;
    one.child.stdin?.write(typed);
  }
  return one.ended;
}

const which = 'A number, or a part of the word: ';

it('a missing argument is picked from a list, by number, or by a part of the word', async () => {
  const byNumber = await talk(['session', 'show'], [[which, '2\n']]);
  expect(byNumber).toMatchObject({ code: 0, stdout: expect.stringContaining('session mail/2') });
  const byPart = await talk(
    ['session', 'show'],
    [
      [which, 'zz\n'],
      [which, 'mail\n'],
      [which, '/1\n'],
    ],
  );
  expect(byPart).toMatchObject({ code: 0, stdout: expect.stringContaining('session mail/1') });
  const none = await talk(['get'], [[which, '\n']]);
  expect(none).toMatchObject({ code: 2, stdout: expect.stringContaining('missing: KEY') });
});

it('an argument that a filter or a plan may stand for is picked where none of them does', async () => {
  const picked = await talk(['session', 'unpark'], [[which, 'mail/1\n']]);
  expect(picked).toMatchObject({ code: 0, stdout: expect.stringContaining('unchanged mail/1 (was ready)') });
  const filtered = await talk(['session', 'unpark', '--theme', 'mail'], []);
  expect(filtered).toMatchObject({ code: 0, stdout: expect.stringContaining('No session.') });
  const none = await talk(['inspect'], [[which, '\n']]);
  expect(none.code).toBe(2);
});

it('many are asked for with their plan: how each stands and would stand', async () => {
  const parked = await talk(['session', 'park', '--theme', 'mail', '--reason', 'down'], [['[y/N] ', 'n\n']]);
  expect(parked.stdout).toMatch(
    /mail\/1 +mail +ready → parked.*2 sessions to park.*Park 2 sessions\?.*nothing was done/s,
  );
});

it('an item that is not among the first of many is found by how its name begins', async () => {
  const changes = Array.from({ length: 60 }, (_, i) => ['--change', `set many/${i + 10} ${i}`]).flat();
  shell.run(['submit', '--type', 't', ...changes]);
  const found = await talk(['get'], [[which, 'many/69\n']]);
  expect(found).toMatchObject({ code: 0, stdout: expect.stringMatching(/many\/69 +shared/) });
});

it('nobody is asked for a missing argument without a terminal, or when another program reads the answer', async () => {
  expect(shell.run(['session', 'show'])).toMatchObject({ code: 2, stderr: expect.stringContaining('missing: ID') });
  for (const form of ['--json', '-q', '-o=csv'])
    expect(await talk(['get', form], [])).toMatchObject({ code: 2, stdout: expect.stringContaining('missing: KEY') });
});

it('a list to pick from is narrowed by a number, or by a part of a word', () => {
  const list = ['a', 'ab', '2'].map((word) => ({ word, about: '' }));
  const words = (typed: string) => narrowed(list, list, typed).map(({ word }) => word);
  expect([words('a'), words('b'), words('3'), words('2'), words('9')]).toEqual([['a'], ['ab'], ['2'], ['2'], []]);
});

it('a command changes a protected context only after somebody typed its name', async () => {
  const own = { dir: shell.dir, env };
  const add = await talk(['context', 'add', 'prod', 'env', '--protected', '--color', 'red'], []);
  expect([add.code, own.env.TXLOG_ENV]).toEqual([0, 'env']);
  const question = 'Type its name: ';
  const set = (value: number) => ['submit', '--type', 't', '--change', `set k ${value}`];
  for (const typed of ['n\n', 'y\n', '\n', '\u0004', 'Prod\n']) {
    const { code, stdout } = await talk(set(2), [[question, typed]]);
    expect([typed, code, stdout]).toEqual([typed, 77, expect.stringContaining('CONTEXT_PROTECTED')]);
  }
  expect((await talk(set(2), [[question, '\u0003']])).code).toBe(130);
  expect(shell.value('k')).toBe(1);
  expect((await talk(set(3), [[question, 'prod\n']])).code).toBe(0);
  expect(shell.value('k')).toBe(3);
  const { stdout } = await talk([...set(9), '--no-color'], [[question, 'no\n']]);
  expect(stdout).not.toContain('\u001b[');
  expect((await talk([...set(4), '--yes'], [])).code).toBe(0);
  expect(shell.value('k')).toBe(4);
});
