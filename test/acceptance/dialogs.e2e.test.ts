// Goal: two services that are consistent at rest, whatever died meanwhile. Method: messages are sent and read by sagas over
// two environments, each with a worker process of its own that is killed again and again, while some percent of all steps
// fail; then both logs are read from their beginning, and what they say is compared, without the apps' own code.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { countLeft, feed, type Letter } from '../../fixtures/apps/dialogs/feed.ts';
import { ServiceWorker } from '../../fixtures/apps/dialogs/workers.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { callCommand } from '../kit/commands.ts';
import { isLong } from '../kit/length.ts';
import { findProblems, type Ledger, readLedger } from './dialogs-check.ts';
import { hasRealLetters, realLetters, sampleLetters } from './letters.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const txlog = [process.execPath, here('../../bin/run.js')];
const folder = mkdtempSync(join(tmpdir(), 'txlog-dialogs-'));
const isFull = process.env.TXLOG_FULL === '1';
const real = isFull ? 59_835 : isLong ? 1_500 : 80;
const hour = 3_600_000;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Play {
  readonly letters: readonly Letter[];
  /** Kills of each worker. */
  readonly kills: number;
  readonly atOnce: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Counters count nothing until somebody has waited too long for it. */
  readonly isLate?: boolean;
}

test('a count whose answer comes too late is taken back, whether it happened or not', async () => {
  const { ledger, late } = await play('late', {
    ...{ letters: sampleLetters(), kills: 1, atOnce: 120, isLate: true },
    settings: { FAIL_PERCENT: '10', ANSWER_SECONDS: '0.5' },
  });
  expect(late).toBeGreaterThan(0);
  expect(statuses(ledger)).toContain('CANCELLED');
});

test('a listing that is told not to mark messages marks none as read', async () => {
  const { dialogs, counters, work } = await open('off', { MARK_AS_READ_ON_LISTING: 'off' });
  try {
    await dialogs.sagas.start('send', { author: 'ann', recipient: 'bob' }, { id: 'm-1' });
    for (const service of [0, 1, 0]) expect(work(service)).toBe(0);
    const payload = { author: 'ann', recipient: 'bob' };
    await dialogs.enqueue({ id: 'l-1', type: 'message.list', payload }, { respond: 'listed' });
    expect(work(0)).toBe(0);
    expect((await dialogs.get('listing/l-1'))?.value).toEqual({ dialog: 'ann.bob', messages: ['m-1'] });
    expect((await dialogs.get('message/m-1'))?.value).toMatchObject({ status: 'UNREAD' });
    expect(await countLeft(dialogs)).toBe(0);
  } finally {
    await Promise.all([dialogs.close(), counters.close()]);
  }
});

test(
  'messages are each counted once, when they are sent and when they are read, while steps fail and workers are killed',
  async () => {
    // Those of the project's own making are read more often than the first of the real ones.
    const letters = [...(isFull ? [] : sampleLetters()), ...(hasRealLetters ? realLetters(real) : [])];
    const { ledger, listings } = await play('all', {
      ...{ letters, kills: isFull ? 20 : isLong ? 5 : 2, atOnce: isFull ? 2_000 : isLong ? 150 : 10 },
      settings: { FAIL_PERCENT: '3' },
    });
    expect(listings).toBeGreaterThan(20);
    expect(statuses(ledger)).toEqual(['CANCELLED', 'READ', 'UNREAD']);
    expect([...ledger.rejections.keys()].some((name) => name.endsWith(' UNLUCKY'))).toBe(true);
    // Few messages are too few for each step to fail.
    if (!hasRealLetters || (!isFull && !isLong)) return;
    for (const step of ['create', 'count', 'confirm'])
      expect(ledger.rejections.get(`send/${step} UNLUCKY`)).toBeTruthy();
    for (const step of ['pendingRead', 'count', 'read'])
      expect(ledger.rejections.get(`read/${step} UNLUCKY`)).toBeTruthy();
  },
  isFull ? 4 * hour : 300_000,
);

/** Plays messages through both services until they rest, and checks all that must hold then. */
async function play(name: string, { letters, kills, atOnce, settings, isLate = false }: Play) {
  const { dialogs, counters, services, env } = await open(name, settings);
  const random = seeded(letters.length);
  // Few enough for each kill to come to pass: a worker has more than two turns for each message.
  const turns = (letters.length * 2) / (1.5 * kills);
  const workers = services.map(
    ({ dir, app }) =>
      new ServiceWorker({
        ...{ txlog, dir, app, env, kills, concurrency: isFull ? 512 : 64 },
        turnsUntilKill: () => Math.ceil((0.5 + random()) * turns),
      }),
  );
  const began = Date.now();
  await counters.sessions.changeTheme('unreadMessages', { paused: isLate });
  try {
    const { listings } = await feed(dialogs, letters, { atOnce, onProgress: () => check(workers) });
    if (isLate) await untilLate(dialogs);
    await counters.sessions.changeTheme('unreadMessages', { paused: false });
    await comeToRest([dialogs, counters], workers);
    const seconds = (Date.now() - began) / 1000;
    expect(workers.map(({ killed }) => killed)).toEqual([kills, kills]);
    const ledger = await readLedger(dialogs, counters);
    report(name, { letters, listings, seconds, ledger });
    expect((await findProblems(letters, ledger, dialogs, counters)).slice(0, 20)).toEqual([]);
    expect(unexpected(ledger)).toEqual([]);
    const late = await countLate(dialogs);
    for (const worker of workers) await worker.stop();
    for (const { dir } of services) {
      for (const check of [['verify'], ['rescan', '--verify']]) {
        expect(callCommand([...check, '--env', dir], { dir: folder, env: process.env })).toMatchObject({ code: 0 });
      }
    }
    return { ledger, listings, late };
  } finally {
    for (const worker of workers) await worker.stop();
    await Promise.all([dialogs.close(), counters.close()]);
  }
}

/** Both environments; `work` runs the worker of one until nothing is due there. */
async function open(name: string, settings: Readonly<Record<string, string>>) {
  const places = { DIALOGS_ENV: join(folder, name, 'dialogs'), COUNTERS_ENV: join(folder, name, 'counters') };
  const env = { ...places, ...settings };
  const services = [
    { dir: places.DIALOGS_ENV, app: here('../../fixtures/apps/dialogs/dialogs.app.ts') },
    { dir: places.COUNTERS_ENV, app: here('../../fixtures/apps/dialogs/counters.app.ts') },
  ];
  const [dialogs, counters] = (await Promise.all(
    services.map(({ dir, app }) => openEnvironment(dir, { create: true, app })),
  )) as [Environment, Environment];
  const work = (service: number) => {
    const { dir = '', app = '' } = services[service] ?? {};
    return run(['work', '--until-empty', '--env', dir, '--app', app], env);
  };
  return { dialogs, counters, services, env, work };
}

async function comeToRest(envs: readonly Environment[], workers: readonly ServiceWorker[]): Promise<void> {
  // Twice: what leaves one environment while it is looked at arrives in the other.
  for (let rested = 0; rested < 2; await sleep(50)) {
    check(workers);
    const left = await Promise.all(envs.map(countLeft));
    rested = left.every((count) => count === 0) ? rested + 1 : 0;
  }
}

/** Waits until a saga turns back. */
async function untilLate(dialogs: Environment): Promise<void> {
  for (;;) {
    for await (const _ of dialogs.sagas.list({ phase: 'compensating' })) return;
    await sleep(50);
  }
}

function check(workers: readonly ServiceWorker[]): void {
  for (const worker of workers) worker.check();
}

function statuses({ messages }: Ledger): readonly string[] {
  return [...new Set([...messages.values()].map(({ status }) => status))].sort();
}

/** Rejections besides those that were arranged, and of who came second to read a message. */
function unexpected({ rejections }: Ledger): readonly string[] {
  const known = /(?:UNLUCKY|TAKEN_BACK|read\/pendingRead MESSAGE_BUSY)$/;
  return [...rejections.keys()].filter((name) => !known.test(name));
}

/** Sagas that gave up waiting for an answer. */
async function countLate(dialogs: Environment): Promise<number> {
  let late = 0;
  for await (const { error } of dialogs.sagas.list({ phase: 'compensated' })) {
    if (error?.includes('no answer within')) late += 1;
  }
  return late;
}

function report(
  name: string,
  {
    letters,
    listings,
    seconds,
    ledger,
  }: { letters: readonly Letter[]; listings: number; seconds: number; ledger: Ledger },
): void {
  if (!isFull) return;
  const counts: Record<string, number> = {};
  for (const { status } of ledger.messages.values()) counts[status] = (counts[status] ?? 0) + 1;
  console.warn(name, { messages: letters.length, listings, sagas: ledger.sagas.size, seconds, ...counts });
  console.warn(Object.fromEntries(ledger.rejections));
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): number | null {
  const [program = '', ...rest] = txlog;
  return spawnSync(program, [...rest, ...args], { stdio: 'ignore', env: { ...process.env, ...env } }).status;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
