// Goal: whoever dies or sleeps, each session is led by one at a time, and goes on; each request is processed once.
// Method: real workers, killed by SIGKILL at their work and put to sleep for longer than their lease, again and again,
// while more and more work comes in. The log is read as it grows, by rules of its own (session-ledger.ts).
// TXLOG_KILLS=1000 kills more often; TXLOG_SEED repeats a run's choices (not the moments of the machine).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../src/core/log/response-id.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { Random } from '../crash/random.mjs';
import { exitCode } from '../kit/exit-code.ts';
import { isLong, killsFrom } from '../kit/length.ts';
import { SessionLedger } from './session-ledger.ts';
import { WorkerProcess } from './worker-process.ts';

const kills = killsFrom(8);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);
const sleeps = Math.ceil(kills / 12);
const sliceSessions = 100;
const workerCount = 3;
const leaseSeconds = 2;
const root = mkdtempSync(join(tmpdir(), 'txlog-sessions-killed-'));
const place = { dir: join(root, 'env'), effects: join(root, 'effects') };
const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const ledger = new SessionLedger();
const all: WorkerProcess[] = [];
const made = { jobs: new Map<string, number>(), poison: [] as string[], requests: [] as string[] };
let env: Environment;

beforeAll(async () => {
  writeFileSync(place.effects, '');
  env = await openEnvironment(place.dir, { create: true });
});
afterAll(async () => {
  for (const worker of all) worker.signal('SIGKILL');
  await env.close();
  rmSync(root, { recursive: true, force: true });
});

describe(`workers under load (seed ${seed}, ${kills} kills, ${sleeps} sleeps)`, () => {
  it(
    'end with every session removed or parked',
    async () => {
      await holdUpLine();
      for (let i = 0; i < workerCount; i++) startWorker();
      await Promise.all([killAgainAndAgain(), putToSleepAgainAndAgain()]);
      while (count() < (isLong ? 5_000 : 1_000)) await addWork();
      await until(() => ledger.count('ready', 'active', 'stored') === made.requests.length);
      for (const worker of working()) worker.signal('SIGTERM');
      for (const worker of working()) {
        const { code, signal } = await worker.ended;
        expect(exitCode(code, signal)).toBe(143);
      }
      await ledger.catchUp(env);
      const of = (theme: string) => [...ledger.sessions.values()].filter((session) => session.theme === theme);
      expect(new Set(of('job').map(({ status }) => status))).toEqual(new Set(['removed']));
      expect(new Set(of('request/count').map(({ status }) => status))).toEqual(new Set(['removed']));
      // The first one of the line is parked, and holds up the others of its line, and nobody else.
      expect(new Set(of('poison').map(({ id, status }) => `${status} ${/^held-\d/.test(id)}`))).toEqual(
        new Set(['parked false', 'behind true']),
      );
      expect(of('answers').map(({ status }) => status)).toEqual(made.requests.map(() => 'ready'));
      expect(await env.sessions.theme('job')).toMatchObject({ counts: { active: 0, created: made.jobs.size } });
    },
    300_000 + kills * 5_000,
  );

  it('give each session one operator at a time, in the order of each order key, and none that acts when its turn is over', () => {
    expect(ledger.problems).toEqual([]);
    for (const [id, chunks] of made.jobs) expect(ledger.sessions.get(id)?.chunks, id).toBe(1 + chunks);
    expect(ledger.leads.filter(({ end }) => end === undefined)).toEqual([]);
    const failed = ledger.leads.filter(
      ({ session, end, error }) => error !== undefined && end !== 'mended' && !isPoison(session),
    );
    expect(failed).toEqual([]);
    expect(ledger.leads.filter(({ end }) => end === 'mended').length).toBeGreaterThanOrEqual(kills);
  });

  it('process each queued request once, with one response', async () => {
    expect([...ledger.requests.keys()].sort()).toEqual([...made.requests].sort());
    expect(new Set(ledger.requests.values())).toEqual(new Set([1]));
    expect((await env.get('counted'))?.value).toBe(made.requests.length);
    expect((await env.get('ids'))?.value).toHaveLength(made.requests.length);
    for (const id of made.requests) expect(ledger.sessions.get(responseId(id)), id).toMatchObject({ theme: 'answers' });
  });

  it('show each effect once per lead, and no operation without its effect', () => {
    const lines = readFileSync(place.effects, 'utf8').trim().split('\n');
    const effects = lines.map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(new Set(effects).size).toBe(effects.length);
    const advised = ledger.leads.filter(({ session }) => made.jobs.has(session));
    const leads = new Set(ledger.leads.map(({ session, epoch }) => `${session} ${epoch}`));
    expect(effects.filter((effect) => !leads.has(effect))).toEqual([]);
    const seen = new Set(effects);
    const silent = advised.filter(
      ({ session, epoch, operations }) => operations > 0 && !seen.has(`${session} ${epoch}`),
    );
    expect(silent).toEqual([]);
  });

  it('leave an environment in which everything agrees', async () => {
    const verify = spawn(process.execPath, [bin, 'rescan', '--verify', '--env', place.dir]);
    expect(await once(verify, 'exit')).toEqual([0, null]);
  }, 120_000);
});

/** Kills workers that are at work, until so many have left sessions to others. */
async function killAgainAndAgain(): Promise<void> {
  for (let killed = 0; killed < kills; ) {
    const worker = await take();
    if (worker) {
      await after(random.below(30));
      worker.signal('SIGKILL');
      startWorker();
      await worker.ended;
    }
    // Who dies in a commit may have done it, and only the next writer finds it: that is this process, at the latest.
    await addWork();
    if (!worker) continue;
    await ledger.catchUp(env);
    ledger.bury(worker.operators);
    if (ledger.leftSessions(worker.operators)) killed += 1;
  }
}

/** Stops workers that are at work for longer than their lease, until so many have slept while others took their sessions. */
async function putToSleepAgainAndAgain(): Promise<void> {
  for (let slept = 0; slept < sleeps; ) {
    const worker = await take();
    if (!worker) {
      await addWork();
      continue;
    }
    // It may hold the lock that every writer needs, this one included: a process that writes nothing wakes it.
    const alarm = spawn('sh', ['-c', `kill -STOP ${worker.pid}; sleep ${leaseSeconds + 1}; kill -CONT ${worker.pid}`]);
    const names = worker.operators.length;
    await once(alarm, 'exit');
    await worker.heard(() => worker.operators.length > names);
    worker.isTaken = false;
    await ledger.catchUp(env);
    if (ledger.leftSessions(worker.operators.slice(names - 1, names))) slept += 1;
  }
}

/** A worker that leads something, for whoever asks; undefined when none does for a while. */
async function take(): Promise<WorkerProcess | undefined> {
  for (let i = 0; i < 100; i++) {
    refuseEnded();
    const busy = working().filter(({ isTaken, leading }) => !isTaken && leading.size > 0);
    if (busy.length > 0) {
      const worker = random.pick(busy);
      worker.isTaken = true;
      return worker;
    }
    await after(5);
  }
  return undefined;
}

function startWorker(): void {
  all.push(new WorkerProcess(place, '--lease', `${leaseSeconds}s`, '--concurrency', '16'));
}

function working(): readonly WorkerProcess[] {
  return all.filter(({ isOver }) => !isOver);
}

/** Only those that the test has in its hands may end. */
function refuseEnded(): void {
  const ended = all.find(({ isOver, isTaken }) => isOver && !isTaken);
  if (ended) throw new Error(`a worker ended by itself: ${JSON.stringify(ended.events.slice(-5))}`);
}

function count(): number {
  return made.jobs.size + made.poison.length + made.requests.length;
}

function isPoison(session: string): boolean {
  return made.poison.includes(session);
}

/** Sessions of all kinds: jobs and requests with and without an order key, and now and then one that always fails. */
async function addWork(): Promise<void> {
  const from = count();
  const adding = Array.from({ length: sliceSessions }, (_, i) => {
    const kind = random.below(100);
    const id = `s-${from + i}`;
    const order = random.below(2) === 0 ? {} : { order: `o-${random.below(50)}` };
    if (kind < 65) return addJob(id, order);
    if (kind < 98) return addRequest(id, order);
    made.poison.push(id);
    return env.sessions.create('poison', {}, { id });
  });
  await Promise.all(adding);
}

function addJob(id: string, order: { readonly order?: string }) {
  const chunks = random.below(4);
  made.jobs.set(id, chunks);
  return env.sessions.create('job', { chunks, nap: random.below(8), ms: random.below(16) }, { id, ...order });
}

function addRequest(id: string, order: { readonly order?: string }) {
  made.requests.push(id);
  const changes = [
    { op: 'add', key: 'counted', value: 1 } as const,
    { op: 'append', key: 'ids', value: [id] } as const,
  ];
  return env.enqueue({ id, type: 'count', changes }, { respond: 'answers', ...order });
}

/** A session that will be parked, with others of its order key behind it. */
async function holdUpLine(): Promise<void> {
  for (const id of ['held', 'held-1', 'held-2', 'held-3']) {
    made.poison.push(id);
    await env.sessions.create('poison', {}, { id, order: 'held' });
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (;;) {
    refuseEnded();
    await ledger.catchUp(env);
    if (isSo()) return;
    await after(100);
  }
}
