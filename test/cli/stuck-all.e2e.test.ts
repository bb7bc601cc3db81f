// Goal: the list of stuck sessions is whole where a script reads it, and a condition looks at each of them. Method: more
// parked sessions than are counted for people.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/core/base/limits.ts';
import { openEnvironment } from '../../src/index.ts';
import { run } from './command.ts';
import { tempDir } from './filled.ts';

const count = limits.stuckCountedMax + 2;
const last = `s-${count - 1}`;
let temp: ReturnType<typeof tempDir>;

beforeAll(async () => {
  temp = tempDir();
  const env = await openEnvironment(temp.dir, { create: true });
  const ids = Array.from({ length: count }, (_, i) => `s-${i}`);
  await Promise.all(ids.map((id) => env.sessions.create('mail', 1, { id })));
  await Promise.all(ids.map((id) => env.sessions.park(id, 'no such address')));
  await env.close();
});
afterAll(() => temp.remove());

it('all of them go to the next command', () => {
  const { stdout, code } = run(temp.dir, 'session', 'stuck', '-q');
  expect(stdout.trimEnd().split('\n')).toHaveLength(count);
  expect(code).toBe(1);
});

it.each([[[]], [['-n', '2']]])('a condition finds the last of them, with %j', (more) => {
  const { stdout } = run(temp.dir, 'session', 'stuck', '-q', '--where', `session == "${last}"`, ...more);
  expect(stdout).toBe(`${last}\n`);
});

it('a limit shows so many, and no more', () => {
  const { stdout } = run(temp.dir, 'session', 'stuck', '-q', '-n', '3');
  expect(stdout).toBe('s-0\ns-1\ns-2\n');
});
