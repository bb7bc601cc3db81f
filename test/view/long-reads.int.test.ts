// Goal: no read, of whatever size, holds the event loop: each is done in slices, with a turn of the loop between them, and
// answers what it answers at once. Method: the same reads on an environment whose clock counts turns, and on one whose
// clock stands still so that nothing is ever cut; turns are counted, not timed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { systemClock } from '../../src/clock/system.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { all } from '../kit/all.ts';
import { CountingClock } from './counting-clock.ts';

const dir = mkdtempSync(join(tmpdir(), 'txlog-long-'));
const records = 2_000;
const sessions = 400;
const keys = 800;
const chunks = 300;
const hot = records / 5;
const clock = new CountingClock();
let env: Environment;
let atOnce: Environment;
let empty: Environment;

beforeAll(async () => {
  const path = join(dir, 'env');
  atOnce = await openEnvironment(path, { create: true, clock: { ...systemClock, elapsed: () => 0 } });
  const requests = Array.from({ length: records }, (_, i) =>
    atOnce.check({
      id: `r-${i}`,
      type: i % 2 ? 'often' : 'rare',
      changes: [
        { op: 'set', key: `k/${i % keys}`, value: i },
        { op: 'append', key: 'hot', value: [i % 10] },
      ].slice(0, i % 5 ? 1 : 2),
    }),
  );
  await atOnce.submitChecked(requests);
  const ids = Array.from({ length: sessions }, (_, i) => `s-${String(i).padStart(4, '0')}`);
  await Promise.all(ids.map((id, i) => atOnce.sessions.create('mail', i, { id })));
  await Promise.all(Array.from({ length: chunks }, (_, i) => atOnce.sessions.append('s-0000', i)));
  await Promise.all(ids.filter((_, i) => i % 3 === 0).map((id) => atOnce.sessions.park(id, 'broken')));
  env = await openEnvironment(path, { clock });
  empty = await openEnvironment(':memory:', { create: true });
}, 120_000);

afterAll(async () => {
  await env.close();
  await atOnce.close();
  rmSync(dir, { recursive: true, force: true });
});

const half = records / 2;
const later = Date.now() + 3_600_000;

// Each read with how many items it reads at least.
const reads: readonly [string, number, (env: Environment) => Promise<unknown>][] = [
  ['gets, one after another', 2_000, (on) => gets(on)],
  ['states', keys, (on) => all(on.states())],
  ['states as of a position', keys, (on) => all(on.states({ asOf: half }))],
  ['records', records, (on) => all(on.records())],
  ['records of a type, newest first', half, (on) => all(on.records({ types: ['rare'] }, { reverse: true }))],
  ['records under a prefix', records, (on) => all(on.records({ prefix: 'k/' }))],
  ['count', records, (on) => on.count({ where: ({ position }) => position % 7 === 0 })],
  ['a state as of a position', hot / 2, (on) => on.get('hot', { asOf: half })],
  ['applied', hot, (on) => on.applied('hot', { limit: 1_000_000 })],
  ['history', hot, (on) => all(on.history('hot'))],
  ['inspect', hot / 2, (on) => on.inspect(half + 1)],
  ['sessions', sessions, (on) => all(on.sessions.list())],
  ['data of a session', chunks, (on) => on.sessions.data('s-0000')],
  ['history of a session', chunks, (on) => all(on.sessions.history('s-0000'))],
  ['stuck', sessions / 3, (on) => on.sessions.stuck({ now: later })],
  ['a queue', 200, async (on) => (await on.sessions.queue('mail', { next: 200 })).next],
  ['a plan', 1, (on) => on.planCompensation([half, half + 2, records - 3])],
  ['verify', records, (on) => on.verify()],
  ['rescanVerify', records, (on) => on.rescanVerify()],
  ['what if', records, async (on) => on.whatIf(await compileApp({}, 'test'))],
  ['backup', records, (on) => backUp(on)],
  ['a dump up to a position, with its states', 10_000, async (on) => bytesIn(on.sync.export(statesAtHalf))],
  ['what differs from a dump', records, (on) => on.sync.diffDump(atOnce.sync.export(statesAtHalf))],
  ['what differs from an environment', records, async (on) => all((await on.sync.diff(empty)).keys)],
];

async function gets(on: Environment): Promise<unknown> {
  const values: unknown[] = [];
  for (let i = 0; i < 2_000; i++) values.push((await on.get(`k/${i % keys}`))?.value);
  return values;
}

const statesAtHalf = { states: true, codec: 'null', filter: { to: half } } as const;

async function bytesIn(dump: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const { length } of dump) bytes += length;
  return bytes;
}

let copies = 0;
async function backUp(on: Environment): Promise<unknown> {
  copies += 1;
  return (await on.backup(join(dir, `copy-${copies}`))).position;
}

/** Of every kind of read, so many items at most go without a turn of the loop. */
const itemsPerTurn = 500;

it.each(reads)(
  'a long read leaves the event loop to others, and answers the same: %s',
  { timeout: 60_000 },
  async (_, items, read) => {
    const before = clock.turns;
    const answer = await read(env);
    expect(clock.turns - before).toBeGreaterThanOrEqual(Math.floor(items / itemsPerTurn));
    expect(clock.turns - before).toBeGreaterThan(0);
    // As text: to compare thousands of objects one by one takes a test longer than to read them.
    expect(JSON.stringify(answer)).toBe(JSON.stringify(await read(atOnce)));
  },
);

it('the states of a dump are compared over several turns with those of a mirror that has gone on', async () => {
  const counting = new CountingClock();
  const mirror = await openEnvironment(':memory:', { create: true, clock: counting });
  await mirror.sync.import(atOnce.sync.export());
  const before = counting.turns;
  expect(await mirror.sync.import(atOnce.sync.export(statesAtHalf))).toMatchObject({ applied: 0, states: keys + 1 });
  expect(counting.turns - before).toBeGreaterThan(20);
  await mirror.close();
});

it('a long tail is folded over several turns, and goes on where it was when the index comes to its help', async () => {
  const path = join(dir, 'tail');
  const writer = await openEnvironment(path, { create: true, checkpointRecords: Number.POSITIVE_INFINITY });
  const many = (from: number, count: number) =>
    writer.submitChecked(
      Array.from({ length: count }, (_, i) =>
        writer.check({ id: `t-${from + i}`, type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] }),
      ),
    );
  await many(0, 1_000);
  const counting = new CountingClock();
  const reader = await openEnvironment(path, { clock: counting });
  expect((await reader.get('n'))?.value).toBe(1_000);
  expect(counting.turns).toBeGreaterThan(2);
  // Reads and writes of both while the tail is folded.
  await many(1_000, 1_000);
  const [value, receipt] = await Promise.all([
    reader.get('n'),
    reader.submit({ id: 'own', type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] }),
  ]);
  expect([value?.value === 2_000 || value?.value === 2_001, receipt.position]).toEqual([true, 2_001]);
  expect((await reader.get('n'))?.value).toBe(2_001);
  expect((await reader.rescanVerify()).ok).toBe(true);
  await reader.close();
  await writer.close();
});

it('a long read goes on when the environment is rebuilt beneath it, and ends with an error when that is closed', async () => {
  const path = join(dir, 'moved');
  await atOnce.backup(path);
  const reader = await openEnvironment(path, { clock: new CountingClock() });
  const other = await openEnvironment(path);
  const [applied] = await Promise.all([reader.applied('hot', { limit: 1_000_000 }), other.rebuild()]);
  expect(applied).toHaveLength(hot);
  const reading = reader.applied('hot', { limit: 1_000_000 });
  const closing = reader.close();
  await expect(reading).rejects.toMatchObject({ code: 'ENV_CLOSED' });
  await closing;
  await other.close();
});
