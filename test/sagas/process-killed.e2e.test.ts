// Goal: whoever is killed, each record is decided on once, in log order, and the process is never parked for it. Method:
// two real workers, killed by SIGKILL at random moments while 5,000 records flow; then states and log are counted.
// TXLOG_KILLS=200 kills more often; TXLOG_SEED repeats a run's choices (not the moments of the machine).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionOfKey } from '../../src/core/fold/session.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { Random } from '../crash/random.mjs';
import { isLong, killsFrom } from '../kit/length.ts';

const kills = killsFrom(10);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);
const events = isLong ? 5_000 : 2_000;
const workers = 2;
const root = mkdtempSync(join(tmpdir(), 'txlog-process-killed-'));
const dir = join(root, 'env');
const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const app = fileURLToPath(new URL('./process-app.mjs', import.meta.url));
const id = 'txlog.process/counter';
const all: ChildProcess[] = [];
let env: Environment;
/** Events so far, and the position of the last of them. */
let submitted = 0;
let last = 0;

beforeAll(async () => {
  env = await openEnvironment(dir, { create: true, app: { requests: { event: {} } } });
});
afterAll(async () => {
  for (const worker of all) worker.kill('SIGKILL');
  await env.close();
  rmSync(root, { recursive: true, force: true });
});

describe(`a process whose workers are killed (seed ${seed}, ${kills} kills)`, () => {
  it(
    'decides on all records',
    async () => {
      for (let i = 0; i < workers; i++) startWorker();
      for (let killed = 0; killed < kills; killed++) {
        await submit(Math.round(events / kills / 2));
        // Mostly at its work; now and then asleep, or while it starts.
        const worker = random.below(5) === 0 ? random.pick(working()) : await leader();
        await pause(random.below(40));
        worker.kill('SIGKILL');
        await once(worker, 'close');
        startWorker();
      }
      await submit(events - submitted);
      while ((await cursor()) < last) {
        expect((await env.sessions.get(id))?.status).not.toBe('parked');
        await pause(50);
      }
      for (const worker of working()) {
        worker.kill('SIGTERM');
        await once(worker, 'close');
      }
    },
    120_000 + kills * 5_000,
  );

  it('decides on each record once, in the order of the log', async () => {
    expect(submitted).toBeGreaterThanOrEqual(events);
    for (let n = 0; n < submitted; n++) {
      const state = await env.get(`seen/e${n}`);
      if (n % 4 === 0 || n % 4 === 2) expect(state, `e${n}`).toMatchObject({ value: 1, applied: 1 });
      else expect(state, `e${n}`).toBeUndefined();
    }
    const expected: string[] = [];
    const decided: string[] = [];
    for await (const page of env.pages({}))
      for (const { type, id: of, payload, changes } of page) {
        if (type === 'event') expected.push(...whatFor(of, Number(payload)));
        if (type === 'count') decided.push(`count ${payload}`);
        for (const { op, key, value } of changes)
          if (op === 'session.new' && sessionOfKey(key)?.startsWith('note-'))
            decided.push(`note ${(value as { data: string }).data}`);
      }
    expect(decided).toEqual(expected);
  });

  it('was at work in more than a third of the workers that were killed', async () => {
    let mended = 0;
    for await (const { op, record } of env.sessions.history(id))
      if (op === 'session.store' && JSON.stringify(record.changes).includes('died')) mended += 1;
    expect(mended).toBeGreaterThan(kills / 3);
  });

  it('leaves an environment in which everything agrees, also when all is folded anew', async () => {
    expect((await env.rescanVerify()).problems).toEqual([]);
    const before = [await env.sessions.get(id), await env.sessions.data(id)];
    await env.rebuild();
    expect([await env.sessions.get(id), await env.sessions.data(id)]).toEqual(before);
    const position = Math.floor((await env.head()).position * (3 / 4));
    const target = { dir: join(root, 'replayed'), position };
    await env.replayTo(target);
    const replayed = await openEnvironment(target.dir);
    expect([await replayed.sessions.get(id), await replayed.sessions.data(id)]).toEqual([
      await env.sessions.get(id, { asOf: position }),
      await env.sessions.data(id, { asOf: position }),
    ]);
    expect((await replayed.head()).position).toBe(position);
    await replayed.close();
  }, 120_000);
});

async function submit(count: number): Promise<void> {
  const from = submitted;
  submitted += Math.max(0, count);
  const all = Array.from({ length: submitted - from }, (_, i) => from + i);
  const receipts = await Promise.all(all.map((n) => env.submit({ id: `e${n}`, type: 'event', payload: n })));
  last = Math.max(last, ...receipts.map(({ position }) => position));
}

function whatFor(of: string, n: number): readonly string[] {
  return [[`count ${of}`], [`note ${of}`], [`note ${of}`, `count ${of}`], []][n % 4] ?? [];
}

async function cursor(): Promise<number> {
  if (!(await env.sessions.get(id))) return -1;
  const data = (await env.sessions.data(id)).at(-1);
  const { position, done } = data as { readonly position: number; readonly done?: number };
  return done === undefined ? position : position - 1;
}

function startWorker(): void {
  all.push(spawn(process.execPath, [bin, 'work', '--app', app, '--env', dir, '--quiet'], { stdio: 'ignore' }));
}

function working(): readonly ChildProcess[] {
  return all.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
}

/** The worker that leads the process, as soon as one does. */
async function leader(): Promise<ChildProcess> {
  for (;;) {
    const { status, operator = '' } = (await env.sessions.get(id)) ?? {};
    const pid = status === 'active' ? env.leases.look(operator).operator?.process : undefined;
    const found = working().find((worker) => worker.pid === pid);
    if (found) return found;
    if (status === 'stored') await submit(1);
    await pause(5);
  }
}
