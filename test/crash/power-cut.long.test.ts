// Goal: a power cut takes nothing away that was acknowledged, and leaves an environment that goes on, whatever of the sectors
// that were not flushed has reached the disk. Method: the system calls of a real run, of all its processes, are recorded by
// strace; files as they may be after some of them are made from that, opened, read and written.
// TXLOG_RUNS=10 makes more images; TXLOG_SEED repeats them for the same trace.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { runs } from '../kit/length.ts';
import { cutAfter, ofEarlierStart } from './power-cut/disk.ts';
import { readTrace, type TraceEvent } from './power-cut/trace.ts';
import { Random } from './random.mjs';

const images = Math.ceil(50 * runs);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const root = mkdtempSync(join(tmpdir(), 'txlog-power-'));
const writer = fileURLToPath(new URL('power-cut/writer.mjs', import.meta.url));
const unpack = fileURLToPath(new URL('../kit/unpack-debian.sh', import.meta.url));
const installed = join(tmpdir(), 'txlog-strace');
const calls = 'pwrite64,pwritev,write,writev,fdatasync,fsync,openat,lseek';

beforeAll(
  () => void execFileSync(unpack, [installed, 'strace', 'libunwind8'], { stdio: ['ignore', 'inherit', 'inherit'] }),
);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each([
  ['small records', { bound: 40, bytes: 300 }],
  ['records that fill the journal more than once', { bound: 40, bytes: 60_000 }],
])('%s (seed %#)', (name, options) => {
  it(`${images} power cuts lose nothing`, async () => {
    const dir = join(root, name, 'env');
    const events = record(dir, options);
    expect(events.filter(({ kind }) => kind === 'acknowledged')).toHaveLength(260);
    const random = new Random(seed);
    const first = events.findIndex(({ kind }) => kind === 'acknowledged');
    for (let image = 0; image < images; image++) {
      const end = first + 1 + random.below(events.length - first);
      const place = join(root, name, 'image');
      restore(cutAfter(events.slice(0, end), random), place);
      await check(place, events.slice(0, end), image).catch((error) => {
        throw new Error(`seed ${seed}, image ${image}: ${(error as Error).message}`, { cause: error });
      });
    }
  }, 600_000);
});

function record(dir: string, options: object): readonly TraceEvent[] {
  mkdirSync(join(dir, '..'), { recursive: true });
  const trace = join(dir, '..', 'trace');
  const command = [process.execPath, writer, JSON.stringify({ dir, ...options })];
  const library = join(installed, 'root/usr/lib/x86_64-linux-gnu');
  execFileSync(
    join(installed, 'root/usr/bin/strace'),
    ['-f', '-y', '-xx', '-s', '100000000', '-e', `trace=${calls}`, '-o', trace, ...command],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, LD_LIBRARY_PATH: library } },
  );
  return readTrace(readFileSync(trace, 'latin1'), dir);
}

function restore(files: ReadonlyMap<string, Buffer>, place: string): void {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'g1'), { recursive: true });
  writeFileSync(join(place, 'current'), 'g1\n');
  for (const [name, bytes] of files)
    writeFileSync(join(place, name), name.endsWith('journal-head') ? ofEarlierStart(bytes) : bytes);
}

/** What was acknowledged is there, nothing is half applied, and the next request has the next position. */
async function check(place: string, events: readonly TraceEvent[], image: number): Promise<void> {
  const told = events.flatMap((event) => (event.kind === 'acknowledged' ? [event.id] : []));
  // At times a reader comes first.
  for (const readOnly of image % 2 === 0 ? [false] : [true, false]) {
    const env = await openEnvironment(place, { readOnly });
    try {
      for (const id of told) expect(await env.find(id), id).toBeDefined();
      const { position } = await env.head();
      expect(await env.get('total')).toMatchObject({ value: position });
      expect((await env.verify()).problems).toEqual([]);
      expect((await env.rescanVerify()).problems).toEqual([]);
      if (readOnly) continue;
      const receipt = await env.submit({
        id: 'after',
        type: 'count',
        changes: [{ op: 'add', key: 'total', value: 1 }],
      });
      expect(receipt).toMatchObject({ position: position + 1, outcome: 'committed' });
    } finally {
      await env.close();
    }
  }
}
