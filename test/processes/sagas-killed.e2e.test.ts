// Goal: whoever dies, each saga ends in one of two ways, and what it did to the world outside agrees with its end.
// Method: real workers, killed by SIGKILL at their work again and again, while sagas come in that call functions and
// programs, start other sagas, fail and turn back. What the callees saw is in a file; the rest is read from the log.
// TXLOG_KILLS=1000 kills more often; TXLOG_SEED repeats a run's choices (not the moments of the machine).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment, type SagaReading } from '../../src/index.ts';
import { Random } from '../crash/random.mjs';
import { killsFrom } from '../kit/length.ts';
import { WorkerProcess } from './worker-process.ts';

const kills = killsFrom(8);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);
const app = fileURLToPath(new URL('./saga-app.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'txlog-sagas-killed-'));
const place = { dir: join(root, 'env'), effects: join(root, 'effects'), app };
const workers: WorkerProcess[] = [];
const sagas: string[] = [];
const steps = ['hotel', 'flight', 'leg', 'pay'];
let env: Environment;

beforeAll(async () => {
  writeFileSync(place.effects, '');
  env = await openEnvironment(place.dir, { create: true, app });
});
afterAll(async () => {
  for (const worker of workers) worker.signal('SIGKILL');
  await env.close();
  rmSync(root, { recursive: true, force: true });
});

describe(`sagas of workers that are killed (seed ${seed}, ${kills} kills)`, () => {
  let readings: SagaReading[];

  it(
    'come to their end, done or compensated',
    async () => {
      startWorker();
      startWorker();
      for (let killed = 0; killed < kills; ) {
        await startSagas(20);
        const victim = working()[random.below(2)];
        if (!victim || !(await isAtWork(victim))) continue;
        await after(random.below(40));
        victim.signal('SIGKILL');
        killed += 1;
        startWorker();
        await victim.ended;
      }
      for (const id of sagas) await env.wait(id, { timeoutMs: 240_000 });
      for (const worker of working()) worker.signal('SIGTERM');
      for (const worker of workers) await worker.ended;
      readings = await Promise.all(sagas.map((id) => env.sagas.get(id)));
      const phases = new Set(readings.map(({ phase }) => phase));
      expect(phases).toEqual(new Set(['done', 'compensated']));
      const incomplete: string[] = [];
      for await (const { id } of env.sagas.list({ incomplete: true })) incomplete.push(id);
      expect(incomplete).toEqual([]);
    },
    300_000 + kills * 5_000,
  );

  it('are done by calls that nobody undid, or have every call undone that may have been made', () => {
    const calls = readCalls();
    for (const { saga, phase } of readings) {
      for (const step of ['hotel', 'flight', 'program', 'pay']) {
        const key = `${saga.id}/${step}`;
        const [done, undone] = [calls.get(`do ${key}`) ?? [], calls.get(`undo ${key}/undo`) ?? []];
        if (phase === 'done') {
          if (step !== 'program' || isProgram(saga.data)) expect(done.length, key).toBeGreaterThan(0);
          expect(undone, key).toEqual([]);
          continue;
        }
        // A refusal is the callee's word that nothing happened.
        const mayBeDone = done.length > 0 && !(failing(saga.data) === step && isRefusedAtOnce(saga, step));
        if (mayBeDone) expect(undone.length, key).toBeGreaterThan(0);
        if (done.length === 0) expect(undone, key).toEqual([]);
        if (undone.length > 0) expect(Math.min(...undone), key).toBeGreaterThan(Math.max(...done));
      }
    }
  });

  it('begin each step when the results of those before are in the log', () => {
    for (const { log, saga } of readings) {
      const results = new Map<string, number>();
      for (const { event, position } of log) {
        if (event.event === 'did' && event.side === 'do') results.set(event.step, position);
        if (event.event !== 'began' || event.side !== 'do') continue;
        const group = saga.itinerary?.findIndex((names) => names.includes(event.step)) ?? 0;
        for (const name of saga.itinerary?.slice(0, group).flat() ?? [])
          expect(results.get(name), `${saga.id} ${event.step} after ${name}`).toBeLessThanOrEqual(position);
      }
    }
  });

  it('take effect once in the environment itself', async () => {
    const done = readings.filter(({ phase }) => phase === 'done').length;
    expect((await env.get('seats'))?.value).toBe(-done);
    expect((await env.rescanVerify()).problems).toEqual([]);
  }, 120_000);
});

function startWorker(): void {
  workers.push(new WorkerProcess(place, '--concurrency', '16', '--lease', '2s'));
}

function working(): WorkerProcess[] {
  return workers.filter(({ isOver }) => !isOver);
}

async function isAtWork(worker: WorkerProcess): Promise<boolean> {
  for (let waits = 0; waits < 200 && worker.leading.size === 0; waits++) await after(10);
  return worker.leading.size > 0;
}

async function startSagas(count: number): Promise<void> {
  const started = Array.from({ length: count }, () => {
    const n = sagas.length;
    const id = `trip-${n}`;
    sagas.push(id);
    const data = {
      ms: random.below(10),
      program: n % 10 === 0,
      fails: n % 4 === 0 ? (steps[random.below(4)] ?? '') : '',
      shaky: n % 3 === 0 ? (steps[random.below(4)] ?? '') : '',
    };
    // The other saga has one step of its own.
    if (data.fails === 'leg') data.fails = 'book';
    return env.sagas.start('trip', data, { id });
  });
  await Promise.all(started);
}

/** Numbers of the lines in which a callee saw a call, by its side and key. */
function readCalls(): ReadonlyMap<string, readonly number[]> {
  const calls = new Map<string, number[]>();
  readFileSync(place.effects, 'utf8')
    .trim()
    .split('\n')
    .forEach((line, i) => {
      calls.set(line, [...(calls.get(line) ?? []), i]);
    });
  return calls;
}

function isProgram(data: unknown): boolean {
  return (data as { program: boolean }).program;
}

function failing(data: unknown): string {
  return (data as { fails: string }).fails;
}

/** Whether each attempt of a step was refused: none died on the way. */
function isRefusedAtOnce(saga: SagaReading['saga'], step: string): boolean {
  return saga.steps.get(step)?.do.maybe === false;
}
