import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { finish, run, start } from './command.ts';
import { fill, tempDir } from './filled.ts';

// Goal: `log -f` shows what any process commits, at once, costs nothing while idle, and ends as it is told to. Method:
// a follower process beside a writer in this one.

let temp: ReturnType<typeof tempDir>;
let env: string;
let writer: Environment;
let follower: ChildProcess | undefined;

beforeEach(async () => {
  temp = tempDir();
  env = join(temp.dir, 'env');
  await fill(env, 30);
  writer = await openEnvironment(env, { app: { requests: { new: {}, often: {}, rare: {} } } });
});

afterEach(async () => {
  follower?.kill('SIGKILL');
  await writer.close();
  temp.remove();
});

describe('log -f', () => {
  it('prints the newest ten records, then each new one long before it would look again by itself', async () => {
    const lines = follow();
    for (let position = 21; position <= 30; position++) expect((await lines()).position).toBe(String(position));
    const delays: number[] = [];
    for (let i = 0; i < 41; i++) {
      const started = performance.now();
      await writer.submit({ id: `new-${i}`, type: 'new' });
      expect((await lines()).id).toBe(`new-${i}`);
      delays.push(performance.now() - started);
      await pause(i % 7);
    }
    // It looks by itself each second; told by the kernel, it takes milliseconds on a machine that has time.
    expect(delays.sort((a, b) => a - b)[20]).toBeLessThan(500);
  });

  it('shows only what passes its filter, across a rebuild too', async () => {
    const lines = follow('--type', 'rare', '--from', '28');
    expect((await lines()).id).toBe('r-28');
    await writer.submit({ id: 'a', type: 'often' });
    await writer.submit({ id: 'b', type: 'rare' });
    expect((await lines()).id).toBe('b');
    await writer.rebuild();
    await writer.submit({ id: 'c', type: 'rare' });
    expect((await lines()).id).toBe('c');
  });

  it('uses under 1 % of a core while nothing happens', async () => {
    const lines = follow();
    for (let i = 0; i < 10; i++) await lines();
    const before = cpuTicks(follower as ChildProcess);
    await pause(5_000);
    // A tick is 10 ms; at most 5 of 500.
    expect(cpuTicks(follower as ChildProcess) - before).toBeLessThanOrEqual(5);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with exit code %i, having printed whole lines', async (signal, code) => {
    const child = start(env, ['log', '-f', '--ndjson']);
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    const finished = finish(child);
    await pause(200);
    child.kill(signal);
    const { stdout, stderr, ...ended } = await finished;
    expect(ended).toEqual({ code, signal: null });
    expect(stderr).toBe('');
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('ends with exit code 0 when its reader went away', async () => {
    const child = start(env, ['log', '-f', '--ndjson']);
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    child.stdout?.destroy();
    const ended = once(child, 'exit');
    await writer.submit({ id: 'new', type: 'new' });
    expect(await ended).toEqual([0, null]);
  });
});

describe('log', () => {
  it('ends with exit code 0 when its reader has enough', async () => {
    const child = start(env, ['log']);
    await once(child.stdout as NodeJS.ReadableStream, 'readable');
    child.stdout?.destroy();
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  it('takes the newest by -n, oldest first unless reversed', async () => {
    const ids = async (...args: string[]) =>
      (await run(env, 'log', '--ndjson', ...args)).stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id);
    expect(await ids('-n', '2')).toEqual(['r-29', 'r-30']);
    expect(await ids('-n', '2', '--reverse')).toEqual(['r-30', 'r-29']);
    expect(await ids('-n', '2', '--type', 'rare')).toEqual(['r-25', 'r-28']);
    expect(await ids('--from', '3', '--to', '4')).toEqual(['r-3', 'r-4']);
    expect(await ids('--key', 'k/0', '--where', 'position < 10')).toEqual(['r-1', 'r-8']);
  });
});

/** Starts a follower; each call of what it returns waits for the next line. */
function follow(...args: readonly string[]): () => Promise<{ readonly id: string; readonly position: string }> {
  follower = start(env, ['log', '-f', '--ndjson', ...args]);
  const lines = createInterface({ input: follower.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return async () => JSON.parse((await lines.next()).value ?? '');
}

function cpuTicks({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
