// Goal: an overview that is followed hears of what others write, goes on in a new generation, ends when the environment is
// gone, and holds no snapshot in between: the file does not grow because somebody watches. Method: a reader and a writer
// with handles of their own on one directory.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Environment, type Overview, openEnvironment } from '../../src/index.ts';
import { OverviewMemory, readOverview } from '../../src/monitor/overview.ts';
import { tempDir } from '../cli/filled.ts';

let temp: ReturnType<typeof tempDir>;
let writer: Environment;
let reader: Environment;
let stop: AbortController;
let feed: AsyncIterator<Overview>;

beforeEach(async () => {
  temp = tempDir();
  const dir = join(temp.dir, 'env');
  writer = await openEnvironment(dir, { create: true, journal: false });
  reader = await openEnvironment(dir, { readOnly: true });
  stop = new AbortController();
  feed = reader.monitor.follow({ signal: stop.signal, intervalMs: 1 })[Symbol.asyncIterator]();
});

afterEach(async () => {
  stop.abort();
  await feed.return?.();
  await reader.close();
  await writer.close();
  temp.remove();
});

async function until(passes: (overview: Overview) => boolean): Promise<Overview> {
  for (;;) {
    const { value, done } = await feed.next();
    if (done) throw new Error('the feed ended');
    if (passes(value)) return value;
  }
}

it('a monitor hears of a session that another handle makes and parks', async () => {
  await until(({ head }) => head.position === 0);
  await writer.sessions.create('mail', 1, { id: 'm-1' });
  await until(({ queues }) => queues[0]?.counts.ready === 1);
  await writer.sessions.park('m-1', 'address unknown');
  const { needs } = await until(({ stuck }) => stuck.length === 1);
  expect(needs).toMatchObject([{ about: { kind: 'session', name: 'm-1' }, text: 'parked: address unknown' }]);
});

it('a monitor sees what was done to a session although the indexes have it before it reads the log', async () => {
  const clock = { ...reader.clock, elapsed: () => 0 };
  const host = Object.assign(Object.create(reader), { clock });
  const memory = new OverviewMemory();
  await writer.sessions.create('mail', 1, { id: 'm-1' });
  expect((await readOverview(host, memory)).stuck).toEqual([]);
  await writer.sessions.park('m-1', 'address unknown');
  await writer.submit({ type: 'a', changes: [{ op: 'add', key: 'n', value: 1 }] });
  // To close is to make a checkpoint.
  await writer.close();
  const { watermark, stuck } = await readOverview(host, memory);
  expect([watermark, stuck.length]).toEqual([3, 1]);
});

it('a monitor goes on in the generation that a rebuild made', async () => {
  await writer.sessions.create('mail', 1, { id: 'm-1' });
  const before = await until(({ head }) => head.position > 0);
  await writer.rebuild();
  const after = await until(({ generation }) => generation > before.generation);
  expect(after.head.position).toBe(before.head.position);
});

it('a monitor tells of a rebuild while it is under way, by the process that does it', async () => {
  await writer.sessions.create('mail', 1, { id: 'm-1' });
  const seen: Overview['builds'][] = [];
  await writer.rebuild({ onProgress: () => void seen.push(reader.builds()) });
  expect(seen[0]).toMatchObject([{ process: process.pid, bytes: expect.any(Number) }]);
  expect(Math.abs((seen[0]?.[0]?.since ?? 0) - Date.now())).toBeLessThan(60_000);
  expect((await reader.monitor.overview()).builds).toEqual([]);
});

it('a monitor ends with ENV_NOT_FOUND when the environment is gone', async () => {
  await until(() => true);
  rmSync(join(temp.dir, 'env'), { recursive: true });
  await expect(until(() => false)).rejects.toMatchObject({ code: 'ENV_NOT_FOUND' });
});

it('a monitor does not make the file grow: pages that were freed are used again while it watches', async () => {
  // Somebody takes each overview all the while.
  const watch = async () => {
    let seen = 0;
    while (!(await feed.next()).done) seen += 1;
    return seen;
  };
  const watching = watch();
  let made = 0;
  const rewrite = async (count: number) => {
    for (const last = made + count; made < last; made++) {
      const value = `${made}`.repeat(10).padEnd(3_000, 'x');
      await writer.sessions.create('big', value, { id: `b-${made}` });
      expect(await writer.sessions.remove(`b-${made}`)).toMatchObject({ ok: true });
    }
    return (await writer.status()).size;
  };
  const first = await rewrite(40);
  const second = await rewrite(1);
  expect(second.readers).toBeLessThanOrEqual(first.readers);
  // Between two overviews nothing is held: a reader that stayed would pin every page that was freed since.
  const grown = (await rewrite(40)).usedBytes - second.usedBytes;
  expect(grown).toBeLessThan(40 * 64 * 1024);
  stop.abort();
  // It watched to the end: an error would be that of the test.
  expect(await watching).toBeGreaterThan(1);
});
