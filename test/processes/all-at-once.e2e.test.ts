// Goal: any number of submit, log -f, rescan, replay, status and verify at once on one environment, and each is exact.
// Method: writers that are fed until every other command has run a few times beside them; then what each of them told is
// compared with the receipts, and the states with a fold of the same receipts made here.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong } from '../kit/length.ts';
import { ScriptProcess } from './script-process.ts';

const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'txlog-all-at-once-'));
const env = join(root, 'env');
const rescanned = join(root, 'rescanned.ndjson');
const writers = ['a', 'b', 'c'];
// Few, because each command beside the writers reads the whole log: a longer one takes longer, and shows no more.
const linesAtOnce = 10;
const roundsMin = isLong ? 3 : 2;

interface Line {
  readonly position: string;
  readonly id: string;
  readonly outcome: string;
}

const started: ScriptProcess[] = [];
function start(...args: string[]): ScriptProcess {
  const process = new ScriptProcess(txlog, [...args, '--env', env]);
  started.push(process);
  return process;
}
const run = (...args: string[]) => start(...args).done();

beforeAll(() => run('init'));
afterAll(async () => {
  await Promise.all(started.map((process) => process.kill()));
  rmSync(root, { recursive: true, force: true });
});

/** A request that meets those of the other writers: on a sum, and every other one on a seat that only one can have. */
function request(writer: string, i: number): string {
  const changes = [
    ...(i % 2 === 0 ? [{ op: 'claim', key: `seat/${i}`, value: writer }] : []),
    { op: 'add', key: 'total', value: 1 },
    { op: 'set', key: `last/${writer}`, value: i },
  ];
  return JSON.stringify({ id: `${writer}-${i}`, type: writer, changes });
}

/** Feeds a writer, a few lines at a time, until all others have had their turns. Gives its receipts. */
async function write(writer: string, isDone: () => boolean): Promise<Line[]> {
  const process = start('submit', '-');
  let sent = 0;
  while (!isDone()) {
    for (let i = 0; i < linesAtOnce; i++) process.tell(request(writer, sent++));
    await process.printed(sent);
  }
  process.child.stdin.end();
  return lines(await process.done());
}

/** Runs a command so often as it takes, beside all others; counts how often. */
async function repeat(rounds: Map<string, number>, ...args: string[]): Promise<void> {
  const name = args.join(' ');
  rounds.set(name, 0);
  for (let round = 1; round <= roundsMin; round++) {
    await run(...args);
    rounds.set(name, round);
  }
}

function lines(text: string): Line[] {
  const list = text.split('\n').slice(0, -1);
  return list.map((line) => JSON.parse(line) as Line);
}

const told = (list: readonly Line[]) => list.map(({ position, id, outcome }) => `${position} ${id} ${outcome}`);

it('all at once, every command tells the same log, each record once and in order', async () => {
  const followers = [
    start('log', '-f', '--ndjson', '--from', '1'),
    start('log', '-f', '--ndjson', '--from', '1', '--status', 'rejected'),
  ];
  const rounds = new Map<string, number>();
  const isDone = () => rounds.size > 0 && [...rounds.values()].every((count) => count >= roundsMin);
  const [receipts] = await Promise.all([
    Promise.all(writers.map((writer) => write(writer, isDone))),
    repeat(rounds, 'rescan', '--checkpoint', 'mine', '-O', rescanned),
    repeat(rounds, 'replay', '--yes'),
    repeat(rounds, 'status', '--json'),
    repeat(rounds, 'rescan', '--verify'),
    repeat(rounds, 'verify'),
    repeat(rounds, 'state', 'list', '--prefix', 'last/'),
  ]);
  await run('rescan', '--checkpoint', 'mine', '-O', rescanned);

  const log = receipts.flat().sort((a, b) => Number(a.position) - Number(b.position));
  expect(log.map(({ position }) => position)).toEqual(log.map((_, i) => String(i + 1)));
  const rejected = log.filter(({ outcome }) => outcome === 'rejected');
  for (const [i, expected] of [log, rejected].entries()) {
    const follower = followers[i] as ScriptProcess;
    await follower.printed(expected.length);
    follower.child.kill('SIGINT');
    const { code, output, errors } = await follower.ended;
    expect({ code, errors }).toEqual({ code: 130, errors: '' });
    expect(told(lines(output))).toEqual(told(expected));
  }
  expect(told(lines(readFileSync(rescanned, 'utf8')))).toEqual(told(log));
  expect(states(await run('state', 'list', '--ndjson'))).toEqual(fold(log));
  await run('verify');
  await run('rescan', '--verify');
}, 300_000);

function states(text: string): Map<string, unknown> {
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; value: unknown })
      .map(({ key, value }) => [key, value]),
  );
}

/** A rejected request changed nothing; a seat is its first claimer's. */
function fold(log: readonly Line[]): Map<string, unknown> {
  const states = new Map<string, unknown>();
  const committed = log.filter(({ outcome }) => outcome === 'committed');
  for (const { id } of committed) {
    const [writer, i] = id.split('-') as [string, string];
    if (Number(i) % 2 === 0) states.set(`seat/${i}`, writer);
    states.set(`last/${writer}`, Number(i));
  }
  return states.set('total', committed.length);
}
