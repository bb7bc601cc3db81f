// Goal: behind a real balancer every request has one outcome, whatever dies: what was acknowledged is in the log, who asks again
// gets the same receipt, and the books are those of the events alone. Method: nginx with the example configuration before three
// frontends and two workers; 64 clients bring the events of a bank's loan applications, while frontends and workers are killed
// and nginx drops its connections. TXLOG_KILLS=200 kills more often; TXLOG_SEED repeats a run's choices; TXLOG_FULL=1 brings
// all 262,200 events (TXLOG_LOANS says where they are).
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Environment, openEnvironment, type RequestInput } from '../../src/index.ts';
import { foldLoanEvents, type LoanEvent, readAllLoanLines, readLoanLines } from '../acceptance/loan-events.ts';
import { start } from '../cli/command.ts';
import { Random } from '../crash/random.mjs';
import { isLong, killsFrom } from '../kit/length.ts';
import { freePort, hasBalancer, Nginx } from './nginx.ts';
import { type Started, startServe } from './started.ts';

const kills = killsFrom(6);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const random = new Random(seed);
const clients = 64;
const lines = manyLines(process.env.TXLOG_FULL === '1' ? 0 : isLong ? 20_000 : 2_000);

/** So many events: where there are fewer, as many rounds of them as it takes, each with cases of its own. All of them for 0. */
function manyLines(wanted: number): readonly string[] {
  const read = wanted === 0 ? readAllLoanLines() : readLoanLines();
  if (wanted === 0) return read;
  const all: string[] = [];
  for (let round = 0; all.length < wanted; round++) {
    for (const line of read) {
      const event = JSON.parse(line) as LoanEvent;
      all.push(JSON.stringify({ ...event, case: `${event.case}-${round}` }));
    }
  }
  return all.slice(0, wanted);
}

interface Answer {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly outcome?: string;
    readonly position?: string;
    readonly code?: string;
  };
}

let dir: string;
let env: Environment;
let ports: number[];
let nginx: Nginx | undefined;
let agent: Agent;
const frontends: (Started | undefined)[] = [];
const workers: ReturnType<typeof start>[] = [];
const receipts = new Map<string, string>();
const counts = { asked: 0, again: 0, errors: 0, statuses: new Map<number, number>() };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-balancer-'));
  env = await openEnvironment(join(dir, 'env'), { create: true });
  ports = [await freePort(), await freePort(), await freePort()];
  agent = new Agent({ keepAlive: true, maxSockets: clients });
});

afterAll(async () => {
  for (const frontend of frontends) frontend?.child.kill('SIGKILL');
  for (const worker of workers) worker.kill('SIGKILL');
  await nginx?.stop();
  agent.destroy();
  await env.close();
  rmSync(dir, { recursive: true, force: true });
});

async function startFrontend(i: number): Promise<void> {
  frontends[i] = await startServe(env.dir, '--name', `web-${i}`, '--listen', `127.0.0.1:${ports[i]}`);
}

function startWorker(i: number): void {
  // A dead one is noticed as soon as its process is gone.
  workers[i] = start(env.dir, ['work', '--progress', 'none', '--lease', '2s'], { stdio: 'ignore' });
}

function send(path: string, method: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const asked = request(`${nginx?.url}${path}`, { method, agent, headers });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      text(answer).then((json) => resolve({ status: answer.statusCode ?? 0, body: parsed(json) }), reject);
    });
    asked.end(body);
  });
}

/** nginx's own errors are pages. */
function parsed(json: string): Answer['body'] {
  return json.startsWith('{') ? JSON.parse(json) : {};
}

/** Asks until there is an outcome, as a client does that knows nothing but the id of its request. */
async function submit(input: RequestInput): Promise<Answer> {
  const body = JSON.stringify(input);
  for (;;) {
    counts.asked += 1;
    const answer = await send('/v1/requests?wait=5s', 'POST', body).catch(() => undefined);
    if (!answer) counts.errors += 1;
    const status = answer?.status ?? 0;
    counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
    if (answer && answer.status !== 202 && answer.status < 500 && answer.status !== 429) return answer;
    counts.again += 1;
    await pause(20);
  }
}

function toRequest(line: string, i: number): RequestInput {
  const { case: id, activity, lifecycle, at, amount } = JSON.parse(line) as LoanEvent;
  const changes = [
    { op: 'merge' as const, key: `case/${id}`, value: { activity, lifecycle, at } },
    { op: 'add' as const, key: `activity/${activity}/${lifecycle}`, value: 1 },
  ];
  const claim = { op: 'claim' as const, key: `application/${id}`, value: { amount } };
  return { id: `e-${i}`, type: 'loan', changes: activity === 'A_SUBMITTED' ? [claim, ...changes] : changes };
}

/** The events of some cases, one after another: those of one case keep their order. */
async function bring(requests: readonly RequestInput[]): Promise<void> {
  for (const input of requests) {
    const { body } = await submit(input);
    expect(body).toMatchObject({ id: input.id, outcome: 'committed' });
    receipts.set(input.id ?? '', body.position ?? '');
  }
}

async function killAgainAndAgain(isOver: () => boolean): Promise<void> {
  for (let i = 0; i < kills && !isOver(); i++) {
    await pause(100 + random.below(isLong ? 2_000 : 500));
    const which = random.below(5);
    if (which < 3) {
      await frontends[which]?.end('SIGKILL');
      await startFrontend(which);
    } else {
      workers[which - 3]?.kill('SIGKILL');
      startWorker(which - 3);
    }
    if (i % 3 === 0) nginx?.reload();
  }
}

it(`every request has one outcome (seed ${seed}, ${kills} kills)`, async () => {
  if (!hasBalancer('nginx')) return console.warn('nginx is not there: nothing is tested behind a balancer');
  await Promise.all([0, 1, 2].map(startFrontend));
  for (const i of [0, 1]) startWorker(i);
  nginx = await Nginx.start(dir, ports);

  const shares = Array.from({ length: clients }, (): RequestInput[] => []);
  for (const [i, line] of lines.entries()) {
    shares[crc32((JSON.parse(line) as LoanEvent).case) % clients]?.push(toRequest(line, i));
  }
  let isOver = false;
  const brought = Promise.all(shares.map(bring)).finally(() => {
    isOver = true;
  });
  await Promise.all([brought, killAgainAndAgain(() => isOver)]);

  // One record for each, at the position of its receipt; and the same receipt for who asks again.
  expect(receipts.size).toBe(lines.length);
  for (const [id, position] of receipts)
    expect([id, String((await env.transaction(id)).position)]).toEqual([id, position]);
  expect(await env.count({ types: ['loan'] })).toBe(lines.length);
  for (let i = 0; i < 50; i++) {
    const n = random.below(lines.length);
    const { body } = await submit(toRequest(lines[n] ?? '', n));
    expect(body).toMatchObject({ id: `e-${n}`, position: receipts.get(`e-${n}`), duplicate: true });
  }
  // The books.
  for (const [key, value] of foldLoanEvents(lines)) expect([key, (await env.get(key))?.value]).toEqual([key, value]);
  expect((await env.rescanVerify()).problems).toEqual([]);
  console.info(
    `asked ${counts.asked}, again ${counts.again}, errors ${counts.errors}, ${[...counts.statuses].join(' ')}`,
  );
});

it('a frontend is replaced while clients ask, and none of them sees an error', async () => {
  if (!nginx) return;
  const before = new Map(counts.statuses);
  counts.errors = 0;
  let isOver = false;
  const ask = async (client: number) => {
    for (let i = 0; !isOver; i++)
      await submit({ id: `z-${client}-${i}`, type: 'loan', changes: [{ op: 'add', key: 'z', value: 1 }] });
  };
  const asking = Promise.all(Array.from({ length: 16 }, (_, client) => ask(client)));
  for (const i of [0, 1, 2]) {
    const ended = frontends[i]?.end('SIGTERM');
    expect(await ended).toBe(143);
    await startFrontend(i);
    // nginx leaves the old one alone for a second.
    await pause(1_200);
  }
  isOver = true;
  await asking;
  const since = [...counts.statuses].map(([status, count]) => [status, count - (before.get(status) ?? 0)]);
  expect(since.filter(([status, count]) => status !== 200 && count !== 0)).toEqual([]);
  expect(counts.errors).toBe(0);
});
