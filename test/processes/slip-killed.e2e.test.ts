// Goal: a slip that travels through three services ends in one of two ways, and all three agree with it, whoever dies.
// Method: three environments, each with a worker process of its own that is killed by SIGKILL again and again; they reach
// one another by directory or by pipe. At the end all messages are brought once more, and change nothing.
// TXLOG_KILLS=200 kills more often; TXLOG_SEED repeats a run's choices (not the moments of the machine).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { sessionOfParcel } from '../../src/core/app/parcel.ts';
import { present } from '../../src/core/base/assert.ts';
import type { JsonObject, JsonValue } from '../../src/core/base/json.ts';
import { sessionOfKey } from '../../src/core/fold/session.ts';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { Random } from '../crash/random.mjs';
import { exitCode } from '../kit/exit-code.ts';
import { killsFrom } from '../kit/length.ts';

const kills = killsFrom(4);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);
const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const app = fileURLToPath(new URL('./slip-app.mjs', import.meta.url));
const names = ['home', 'stock', 'bank'] as const;
type Name = (typeof names)[number];

let root: string;
let envs: ReadonlyMap<Name, Environment>;
const workers = new Map<Name, ChildProcess>();

afterEach(async () => {
  for (const worker of workers.values()) worker.kill('SIGKILL');
  for (const env of envs.values()) await env.close();
  rmSync(root, { recursive: true, force: true });
});

const env = (name: Name) => present(envs.get(name), name);

async function open(): Promise<void> {
  root = mkdtempSync(join(tmpdir(), 'txlog-slip-killed-'));
  writeFileSync(join(root, 'effects'), '');
  const opened = names.map(async (name) => {
    const made = await openEnvironment(join(root, name), { create: true, app: { sagas: { trip: { steps: [step] } } } });
    return [name, made] as const;
  });
  envs = new Map(await Promise.all(opened));
}

// Who starts sagas needs to know their types only.
const step = { name: 'one', do: { run: () => null } };

function startWorker(name: Name, link: string): void {
  const child = spawn(process.execPath, [bin, 'work', '--app', app, '--env', join(root, name), '--lease', '2s', '-q'], {
    env: { ...process.env, TXLOG_TEST_SERVICE: name, TXLOG_TEST_LINK: link, TXLOG_TEST_ROOT: root },
    stdio: 'ignore',
  });
  workers.set(name, child);
}

async function killOne(link: string): Promise<void> {
  const name = names[random.below(3)] as Name;
  const victim = present(workers.get(name), name);
  const ended = once(victim, 'exit');
  victim.kill('SIGKILL');
  await ended;
  startWorker(name, link);
}

async function liveSessions(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, one] of envs)
    for await (const { id, status, error } of one.sessions.list()) found.push(`${name} ${id} ${status} ${error ?? ''}`);
  return found;
}

const value = async (name: Name, key: string) => (await env(name).get(key))?.value ?? 0;

/** Brings every message once more that ever came to a service. Its own sagas are no messages. */
async function bringAllAgain(name: Name): Promise<void> {
  const parcels = [];
  const themes = new Map((await env(name).sessions.themes()).map((theme) => [theme.number, theme.name]));
  for await (const { changes } of env(name).records()) {
    for (const { op, key, value: made } of changes) {
      if (op !== 'session.new') continue;
      const { theme, data } = made as JsonObject & { readonly theme: number; readonly data: JsonValue };
      const queue = themes.get(theme) ?? '';
      if (!queue.startsWith('saga/')) parcels.push({ id: sessionOfKey(key) ?? '', queue, data });
    }
  }
  expect(parcels.length).toBeGreaterThan(0);
  const answers = await env(name).process(parcels.map((parcel) => sessionOfParcel(parcel)));
  for (const answer of answers) expect(answer).toMatchObject({ operation: { ok: true, duplicate: true } });
}

describe.each(['dir', 'pipe'])(
  `slips between services that are killed, by %s (seed ${seed}, ${kills} kills)`,
  (link) => {
    it(
      'end done or undone, everywhere',
      async () => {
        await open();
        const sagas = new Map<string, string>();
        for (const name of names) startWorker(name, link);
        for (let i = 0; i < kills; i++) {
          for (let n = 0; n < 4; n++) {
            const id = `s${sagas.size}`;
            const bad = ['', '', 'pay', 'ship'][random.below(4)] as string;
            sagas.set(id, bad);
            await env('home').sagas.start('trip', { ms: random.below(60), bad }, { id });
            if (random.below(8) === 0)
              void env('home')
                .sagas.compensate(id)
                .catch(() => undefined);
          }
          await after(200 + random.below(1_200));
          await killOne(link);
        }
        for (const id of sagas.keys()) await env('home').wait(id, { timeoutMs: 240_000 });
        // Also what came late is worked off.
        await expect.poll(liveSessions, { timeout: 120_000, interval: 200 }).toEqual([]);
        const effects = readFileSync(join(root, 'effects'), 'utf8').trimEnd().split('\n');
        for (const [id, bad] of sagas) {
          const { outcome } = present(await env('home').find(id), id);
          const isDone = outcome === 'committed';
          if (bad !== '') expect(isDone).toBe(false);
          const paid = effects.filter((line) => line.endsWith(` ${id}`));
          expect({ id, reserved: await value('stock', `reserved/${id}`) }).toEqual({ id, reserved: isDone ? 1 : 0 });
          expect({ id, shipped: await value('stock', `shipped/${id}`) }).toEqual({ id, shipped: isDone ? 1 : 0 });
          // A call may be made again; but never after it was undone, and nothing that was done stays.
          expect({ id, last: paid.at(-1)?.split(' ')[0] ?? 'none' }).toEqual({
            id,
            last: isDone ? 'do' : expect.stringMatching(/undo|none/),
          });
          expect(paid.join()).not.toMatch(/undo \w+,do/);
        }
        for (const worker of workers.values()) {
          const ended = once(worker, 'exit');
          worker.kill('SIGTERM');
          const [code, signal] = await ended;
          expect(exitCode(code, signal)).toBe(143);
        }
        for (const name of names) await bringAllAgain(name);
        expect(await liveSessions()).toEqual([]);
        for (const name of names) expect((await env(name).rescanVerify()).problems).toEqual([]);
      },
      120_000 + kills * 10_000,
    );
  },
);
