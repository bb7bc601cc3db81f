// Goal: a plan for sessions that is killed in the middle of its application is finished by the same command, and nothing is
// done twice. Method: Ctrl-C and kill -9 after some results; then the command to its end, and the log counted.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEnvironment } from '../../../src/index.ts';
import type { Ended } from '../../kit/commands.ts';
import { finish, run, start } from '../command.ts';
import { tempDir } from '../filled.ts';

const count = 600;
let temp: ReturnType<typeof tempDir>;
let dir: string;

beforeEach(() => {
  temp = tempDir();
  dir = join(temp.dir, 'env');
});
afterEach(() => temp.remove());

it('an applied plan that was killed goes on where it stopped, and does nothing twice', async () => {
  const env = await openEnvironment(dir, { create: true });
  const ids = Array.from({ length: count }, (_, i) => `m-${i}`);
  // In lines of an order key: each removal moves the next one along.
  await Promise.all(ids.map((id, i) => env.sessions.create('mail', i, { id, order: `line-${i % 50}` })));
  const plan = join(temp.dir, 'plan.json');
  writeFileSync(plan, JSON.stringify(await env.sessions.plan({ op: 'remove' }, ids)));
  const before = (await env.head()).position;
  await env.close();
  const apply = ['session', 'remove', '--apply', plan, '--yes', '--ndjson'];
  const slow = [...apply, '--rate', '1500/s'];
  const forPeople = slow.filter((arg) => arg !== '--ndjson');
  expect(await endAfterResults(forPeople, 60, 'SIGINT')).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(
      /^interrupted session remove: it came to \d+ of 600; the same command goes on there\n$/,
    ),
  });
  expect(await endAfterResults(slow, 250, 'SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  const { code, stdout } = await run(dir, ...apply);
  expect(code).toBe(0);
  const results = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(results.map(({ session, outcome }) => [session, outcome])).toEqual(ids.map((id) => [id, 'removed']));
  const earlier = results.filter(({ duplicate }) => duplicate).length;
  expect(earlier).toBeGreaterThanOrEqual(250);
  expect(earlier).toBeLessThan(count);
  const after = await openEnvironment(dir, { readOnly: true });
  // One record for each session, however often it was begun.
  expect((await after.head()).position).toBe(before + count);
  expect(new Set(results.map(({ position }) => position)).size).toBe(count);
  await after.close();
});

it('at Ctrl-C all that was done is told, and the document is whole', async () => {
  const env = await openEnvironment(dir, { create: true });
  const ids = Array.from({ length: 200 }, (_, i) => `m-${i}`);
  await Promise.all(ids.map((id, i) => env.sessions.create('mail', i, { id })));
  const plan = join(temp.dir, 'plan.json');
  writeFileSync(plan, JSON.stringify(await env.sessions.plan({ op: 'remove' }, ids)));
  const before = (await env.head()).position;
  await env.close();
  const child = start(dir, ['session', 'remove', '--apply', plan, '--yes', '--json', '--rate', '100/s']);
  const ended = finish(child);
  let seen = '';
  child.stdout?.on('data', (text: string) => {
    seen += text;
    if (seen.split('"outcome"').length > 30 && !child.killed) child.kill('SIGINT');
  });
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  const { items } = JSON.parse(stdout) as { readonly items: readonly { readonly outcome: string }[] };
  expect(items.length).toBeGreaterThanOrEqual(29);
  expect(items.length).toBeLessThan(ids.length);
  const after = await openEnvironment(dir, { readOnly: true });
  expect((await after.head()).position).toBe(before + items.length);
  await after.close();
});

async function endAfterResults(args: readonly string[], results: number, signal: NodeJS.Signals): Promise<Ended> {
  const child = start(dir, args);
  const ended = finish(child);
  let lines = 0;
  child.stdout?.on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    if (lines >= results && !child.killed) child.kill(signal);
  });
  await once(child, 'exit');
  return ended;
}
