import { closeSync, cpSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { finish, run, start } from './command.ts';
import { fill, tempDir } from './filled.ts';

// Goal: a rescan with a checkpoint has each record in its file exactly once, whatever dies when. Method: kill -9 at
// growing delays, the same command again until it ends, then count positions.

const records = 30_000;
/** An environment with all records, of which each test has a copy. */
let filled: ReturnType<typeof tempDir>;
let temp: ReturnType<typeof tempDir>;
let env: string;
let out: string;

beforeAll(async () => {
  filled = tempDir();
  await fill(filled.dir, records);
});

beforeEach(() => {
  temp = tempDir();
  env = join(temp.dir, 'env');
  out = join(temp.dir, 'out.ndjson');
  cpSync(filled.dir, env, { recursive: true });
});

afterEach(() => temp.remove());
afterAll(() => filled.remove());

describe('rescan --checkpoint', () => {
  it('into -O FILE has each record once, killed again and again', async () => {
    const kills = await killUntilDone(() =>
      start(env, ['rescan', '--checkpoint', 'c', '-O', out, '--progress', 'none']),
    );
    expect(kills).toBeGreaterThan(2);
    expectAll(positionsIn(out));
  });

  it('into a file by >> has each record once after what was there before', async () => {
    writeFileSync(out, '{"position":"0"}\n');
    const kills = await killUntilDone(() => {
      const fd = openSync(out, 'a');
      const child = start(env, ['rescan', '--checkpoint', 'c'], { stdio: ['ignore', fd, 'inherit'] });
      closeSync(fd);
      return child;
    });
    expect(kills).toBeGreaterThan(2);
    const [before, ...positions] = positionsIn(out);
    expect(before).toBe(0);
    expectAll(positions);
  });

  it('goes on with what is new, also in another file, and leaves a foreign file alone', async () => {
    const first = await run(env, 'rescan', '--checkpoint', 'c', '--type', 'rare', '-O', out);
    expect(first).toMatchObject({ code: 0, stderr: `10,000 records written to ${out}\n` });
    expect((await run(env, 'rescan', '--checkpoint', 'c', '--type', 'rare', '-O', out)).stderr).toContain('0 records');
    const opened = await openEnvironment(env);
    await opened.submit({ type: 'rare', id: 'new', changes: [{ op: 'add', key: 'new', value: 1 }] });
    await opened.close();
    renameSync(out, `${out}.1`);
    writeFileSync(out, 'mine\n');
    await run(env, 'rescan', '--checkpoint', 'c', '--type', 'rare', '-O', out);
    expect(readFileSync(out, 'utf8')).toMatch(/^mine\n\{"v":1,"position":"30001","id":"new".*\}\n$/);
    expect(positionsIn(`${out}.1`)).toHaveLength(10_000);
  });

  it('refuses another filter, unless it is reset', async () => {
    await run(env, 'rescan', '--checkpoint', 'c', '--to', '10', '-O', out);
    const other = await run(env, 'rescan', '--checkpoint', 'c', '--to', '20', '-O', out);
    expect(other.code).toBe(4);
    expect(other.stderr).toContain('CHECKPOINT_CONFLICT: checkpoint c belongs to a rescan with the filter --to 10');
    expect(positionsIn(out)).toHaveLength(10);
    await run(env, 'rescan', '--checkpoint', 'c', '--to', '20', '--reset-checkpoint', '-O', out);
    expect(positionsIn(out)).toHaveLength(20);
  });

  it('through a pipe goes on after the last page that was taken', async () => {
    const all = await run(env, 'rescan', '--checkpoint', 'c');
    expect(all.stdout.split('\n')).toHaveLength(records + 1);
    expect(await run(env, 'rescan', '--checkpoint', 'c')).toMatchObject({ code: 0, stdout: '' });
  });
});

async function killUntilDone(begin: () => ReturnType<typeof start>): Promise<number> {
  let cutShort = false;
  for (let kills = 0; kills < 40; kills++) {
    const child = begin();
    // From before it opens anything to well into its work, however fast the machine is.
    const killing = pause(100 * 1.3 ** kills).then(() => child.kill('SIGKILL'));
    const { code } = await finish(child);
    await killing;
    if (code === 0) {
      expect(cutShort).toBe(true);
      return kills;
    }
    cutShort ||= existsSync(out) && statSync(out).size > 100_000;
  }
  throw new Error('it never ended by itself');
}

function positionsIn(file: string): number[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => Number(JSON.parse(line).position));
}

function expectAll(positions: readonly number[]): void {
  expect(positions.length).toBe(records);
  expect(positions.every((position, i) => position === i + 1)).toBe(true);
}
