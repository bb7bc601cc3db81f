// Goal: however a worker ends, what it led goes on at once, and nothing stays led by nobody. Method: real workers that are
// killed or told to end at their work, under leases far longer than the test; what the log says of their sessions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment, type SessionEvent, type SessionReading } from '../../src/index.ts';
import { type LoggedEvent, type WorkerPlace, WorkerProcess } from './worker-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-sessions-ended-'));
const leaseSeconds = 600;
const together = 8;
let place: WorkerPlace;
let env: Environment;
let workers: WorkerProcess[] = [];
let count = 0;

beforeEach(async () => {
  count += 1;
  place = { dir: join(root, `env-${count}`), effects: join(root, `effects-${count}`) };
  writeFileSync(place.effects, '');
  workers = [];
  env = await openEnvironment(place.dir, { create: true });
});
afterEach(async () => {
  for (const worker of workers) worker.signal('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
  await env.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the sessions of a worker that is killed', () => {
  it.each(['at its work', 'while it drains'])(
    'are led again by another, long before a lease ends: %s',
    async (when) => {
      const ids = await make('hang');
      const victim = start('--lease', `${leaseSeconds}s`);
      await victim.heard(() => victim.leading.size === together);
      const heir = start('--lease', `${leaseSeconds}s`);
      await heir.heard(isEvent('started'));
      if (when === 'while it drains') {
        victim.signal('SIGTERM');
        await victim.heard(isEvent('draining'));
      }
      victim.signal('SIGKILL');
      await Promise.all(ids.map((id) => env.wait(id)));
      for (const id of ids) {
        const life = await historyOf(id);
        expect(life.map(({ op }) => op)).toEqual([
          ...['session.new', 'session.lead', 'session.store', 'session.lead', 'session.remove'],
        ]);
        const [, led, mended, ledAgain, removed] = life;
        expect(mended?.after?.error).toContain(`${victim.operators[0]}`);
        expect(mended?.after?.error).toContain(`died: its process ${victim.pid} ended`);
        expect([led?.after?.operator, ledAgain?.after?.operator]).toEqual([victim.operators[0], heir.operators[0]]);
        // What its lease says did not matter: it lasts still.
        expect((removed?.record.time ?? 0) - (led?.record.time ?? 0)).toBeLessThan(leaseSeconds * 1000);
      }
    },
  );
});

describe('workers that are told to end', () => {
  it('end their turns or store them, lead no more, and leave the rest to the next ones', async () => {
    const made = await make('job', { chunks: 20, nap: -1, ms: 20 }, 100);
    const draining = [start(), start()];
    await Promise.all(draining.map((worker) => worker.heard(isEvent('led'))));
    for (const worker of draining) worker.signal('SIGTERM');
    for (const worker of draining) {
      const { code, report } = await worker.ended;
      expect(code).toBe(143);
      expect(JSON.parse(report)).toMatchObject({ lost: 0, failed: 0, parked: 0 });
      expect(worker.leading).toEqual(new Set());
    }
    const left = await all();
    // It takes each of the first ones hundreds of milliseconds to end: some of them were stored.
    expect(left.some(({ epoch, status }) => epoch === 1 && status === 'stored')).toBe(true);
    for (const { status, epoch, error, attempts } of left) {
      expect({ status, error, attempts }).toEqual({
        status: epoch === 0 ? 'ready' : 'stored',
        error: undefined,
        attempts: 0,
      });
    }
    const { code } = await start('--until-empty', '--concurrency', '50').ended;
    expect(code).toBe(0);
    expect(await all()).toEqual([]);
    for (const id of made) expect((await historyOf(id)).filter(({ op }) => op === 'session.append')).toHaveLength(20);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('stop at the second %s, and store what they led', async (signal, exitCode) => {
    await make('hang');
    const worker = start('--lease', `${leaseSeconds}s`);
    await worker.heard(() => worker.leading.size === together);
    worker.signal(signal);
    await worker.heard(isEvent('draining'));
    worker.signal(signal);
    expect((await worker.ended).code).toBe(exitCode);
    const left = await all();
    // What was stopped did not fail: it goes on as if it had not been led.
    expect(left.map(({ status, error, attempts, chunks }) => ({ status, error, attempts, chunks }))).toEqual(
      Array.from({ length: together }, () => ({ status: 'stored', error: undefined, attempts: 0, chunks: 1 })),
    );
  });
});

function start(...args: readonly string[]): WorkerProcess {
  const worker = new WorkerProcess(place, ...args);
  workers.push(worker);
  return worker;
}

async function make(theme: string, data: object = {}, sessions = together): Promise<readonly string[]> {
  const ids = Array.from({ length: sessions }, (_, i) => `${theme}-${i}`);
  await Promise.all(ids.map((id) => env.sessions.create(theme, { ...data }, { id })));
  return ids;
}

async function all(): Promise<readonly SessionReading[]> {
  const sessions: SessionReading[] = [];
  for await (const session of env.sessions.list()) sessions.push(session);
  return sessions;
}

async function historyOf(id: string): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = [];
  for await (const event of env.sessions.history(id)) events.push(event);
  return events;
}

function isEvent(name: string): (logged: LoggedEvent) => boolean {
  return ({ event }) => event === name;
}
