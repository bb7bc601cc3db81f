// Goal: sessions on real work. Method: each W_ activity of each application becomes sessions, by operations that name
// their epochs, in the order of the bank's log; what is there at the end is compared with what the events say, worked
// out here from the letters of each line (S schedule, s start, c complete), and with a rebuild.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { present } from '../../src/core/base/assert.ts';
import { type Environment, type Operation, openEnvironment, type SessionReading } from '../../src/index.ts';
import { addFigures, type Figures, figuresOf, noFigures } from './line-figures.ts';
import { type LoanEvent, readLoanLines } from './loan-events.ts';
import { groupByLine, operationsOf, readWorkEvents } from './work-items.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'txlog-loan-sessions-'));
const dir = join(folder, 'env');
const lines = readLoanLines('loan-work-items.ndjson');
const events = readWorkEvents(lines);
const isWhole = lines.length === 262_200;
const neverStarted = ['W_Wijzigen contractgegevens', 'W_Change contract'];
let env: Environment;

beforeAll(async () => {
  env = await openEnvironment(dir, { create: true });
});
afterAll(async () => {
  await env.close();
  rmSync(folder, { recursive: true, force: true });
});

test('every operation of the real work is done, each lead in the epoch that the events say', async () => {
  let count = 0;
  for (const batch of batchesOf(operationsOf(events), 1_000)) {
    const results = await env.operate(batch);
    results.forEach((result, i) => {
      const { op } = batch[i] as Operation;
      const isGone = result.ok && result.now === undefined;
      if (result.ok && isGone === (op === 'remove')) return;
      throw new Error(`operation ${count + i}, ${op}, came out as ${JSON.stringify(result)}`);
    });
    count += results.length;
  }
  const { starts, completions, scheduled, takeOvers } = totals();
  // A chunk for each start and completion, a lead for each start, a store or a removal for each completion.
  expect(count).toBe(scheduled + 2 * starts + 2 * completions + takeOvers);
}, 240_000);

test('themes and operations are counted at the end as the events say', async () => {
  const themes = await env.sessions.themes();
  const counted = themes.map(({ name, counts: { recent: _, earlier: __, ...counts } }) => [name, counts] as const);
  expect(Object.fromEntries(counted)).toEqual(themeCounts());
  const all = totals();
  expect(await countOps()).toEqual({
    'session.new': all.scheduled,
    'session.lead': all.starts,
    'session.append': all.starts + all.completions,
    'session.store': all.completions - all.removed + all.takeOvers,
    'session.remove': all.removed,
    'session.turn': all.turns,
    // The registration of each theme.
    set: themes.length,
  });
  if (!isWhole) return;
  expect(all).toMatchObject({ scheduled: 26_318, starts: 71_376, completions: 72_413, removed: 26_244, takeOvers: 2 });
});

test('the sessions of an activity that was never started still wait', async () => {
  const scheduled = events.filter(({ activity }) => neverStarted.includes(activity));
  const theme = present(scheduled[0], 'what was never started').activity;
  const waiting = await sessionsOf(theme);
  expect(waiting.map(({ id }) => id).sort()).toEqual(idsOf(scheduled));
  if (isWhole) expect(waiting).toHaveLength(12);
  for (const { epoch, chunks, status, id } of waiting) {
    expect({ epoch, chunks }).toEqual({ epoch: 0, chunks: 1 });
    expect(status).toBe(id.endsWith('/1') ? 'ready' : 'behind');
  }
  const listed = txlog('session', 'list', '--theme', theme, '--json');
  expect(listed.status).toBe(0);
  for (const { id } of waiting) expect(listed.stdout).toContain(`"${id}"`);
});

test('a session tells its whole life, also as of any position, after it was removed', async () => {
  const [name, itsEvents] = longestLine();
  const id = `${name}/1`;
  const history = [];
  for await (const event of env.sessions.history(id)) history.push(event);
  expect(history.map(({ op }) => op.slice('session.'.length))).toEqual(
    [...operationsOf(itsEvents)].flatMap((operation) =>
      'session' in operation && operation.session === id ? [operation.op] : [],
    ),
  );
  for (const { record, after } of history) {
    const {
      id: _,
      version: __,
      position: ___,
      themeName: ____,
      ...session
    } = (await env.sessions.get(id, { asOf: record.position })) ?? { id, version: 0, position: 0, themeName: '' };
    expect(session).toEqual(after ?? {});
  }
});

test('rescan --verify finds no difference, and a rebuild gives identical sessions', async () => {
  const before = { themes: await env.sessions.themes(), sessions: await sessionsOf() };
  expect(before.sessions.length).toBe(totals().scheduled - totals().removed);
  await env.close();
  expect(txlog('rescan', '--verify')).toMatchObject({ status: 0 });
  expect(txlog('replay', '--yes').status).toBe(0);
  expect(txlog('verify').status).toBe(0);
  env = await openEnvironment(dir);
  expect({ themes: await env.sessions.themes(), sessions: await sessionsOf() }).toEqual(before);
}, 240_000);

/** The figures of each activity. */
function figuresByActivity(): ReadonlyMap<string, Figures> {
  const letters = { schedule: 'S', start: 's', complete: 'c' } as Readonly<Record<string, string>>;
  const sums = new Map<string, Figures>();
  for (const line of groupByLine(events).values()) {
    const figures = figuresOf(line.map(({ lifecycle }) => letters[lifecycle]).join(''));
    const activity = line[0]?.activity ?? '';
    sums.set(activity, addFigures(sums.get(activity) ?? noFigures, figures));
  }
  return sums;
}

function totals(): Figures {
  return [...figuresByActivity().values()].reduce(addFigures);
}

/** What `theme list` must count. */
function themeCounts(): Record<string, object> {
  const counts = [...figuresByActivity()].map(([activity, { ready, behind, active, stored, scheduled, removed }]) => [
    activity,
    { ready, behind, active, stored, parked: 0, created: scheduled, removed },
  ]);
  return Object.fromEntries(counts);
}

async function countOps(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const page of env.pages()) {
    for (const { changes } of page) for (const { op } of changes) counts[op] = (counts[op] ?? 0) + 1;
  }
  return counts;
}

async function sessionsOf(theme?: string): Promise<readonly SessionReading[]> {
  const sessions: SessionReading[] = [];
  for await (const session of env.sessions.list(theme === undefined ? {} : { theme })) sessions.push(session);
  return sessions;
}

/** The line that was started most often, and its events. */
function longestLine(): readonly [string, readonly LoanEvent[]] {
  const single = [...groupByLine(events)].filter(([, line]) => line.filter(isSchedule).length === 1);
  return present(single.sort(([, a], [, b]) => b.length - a.length)[0], 'a line');
}

/** The ids of sessions that the mapping must give to what is scheduled: numbered by line. */
function idsOf(scheduled: readonly LoanEvent[]): readonly string[] {
  return [...groupByLine(scheduled)].flatMap(([name, line]) => line.map((_, i) => `${name}/${i + 1}`)).sort();
}

function isSchedule({ lifecycle }: LoanEvent): boolean {
  return lifecycle === 'schedule';
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function txlog(...args: readonly string[]) {
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  return spawnSync(process.execPath, [bin, ...args, '--env', dir], options);
}
