// Goal: a process that ended is dead at once, one that cannot be judged has its lease, and no file makes anyone fail.
// Method: cards of real processes, some changed as another start of the machine or another container would write them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileLeases } from '../../src/leases/file-leases.ts';
import { thisProcess } from '../../src/machine/process-name.ts';
import { TimedClock } from '../sessions/timed-clock.ts';

let dir: string;
let clock: TimedClock;
const id = 'worker';
const lease = 30;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-leases-'));
  clock = new TimedClock();
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = () => join(dir, 'leases', readdirSync(join(dir, 'leases'))[0] ?? '');

/** Holds a lease, and changes what its card says of its process. */
function holdAs(change: Record<string, unknown>) {
  const held = fileLeases(dir, clock).hold({ id, lease });
  const [until = '', text = ''] = readFileSync(file(), 'utf8').split('\n');
  const card = JSON.parse(text) as { of: object };
  writeFileSync(file(), `${until}\n${JSON.stringify({ ...card, of: { ...card.of, ...change } })}\n`);
  return held;
}

const look = () => fileLeases(dir, clock).look(id);

it('a process counts as dead as soon as it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  holdAs({ pid: child.pid, began });
  expect(look()).toMatchObject({ alive: true });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(look()).toMatchObject({ alive: false, why: 'dead' });
});

it('a process that has ended and that its parent does not wait for counts as dead', async () => {
  // The shell starts a process that ends, and becomes another program, which never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(text.toString());
    const status = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1] ?? '';
    while (!status().startsWith('Z')) await new Promise((resolve) => setTimeout(resolve, 5));
    holdAs({ pid, began: status().split(' ')[19] });
    expect(look()).toMatchObject({ alive: false, why: 'dead' });
  } finally {
    parent.kill('SIGKILL');
  }
});

it('a later process with the same number does not count as the one before', () => {
  holdAs({ began: '1' });
  expect(look()).toMatchObject({ alive: false, why: 'dead' });
});

it('a process of an earlier start of the machine counts as dead', () => {
  holdAs({ boot: '00000000-0000-0000-0000-000000000000' });
  expect(look()).toMatchObject({ alive: false, why: 'dead' });
});

it('a process of another name space is judged by its lease alone', () => {
  holdAs({ space: 'pid:[1]', pid: 4_000_000 });
  expect(look()).toMatchObject({ alive: true });
  clock.sleep(lease * 1000 + 1);
  expect(look()).toMatchObject({ alive: false, why: 'late' });
});

it('a process is judged by its number alone where the system does not tell when it began', () => {
  holdAs({ boot: thisProcess().boot, began: '', pid: process.ppid });
  expect(look()).toMatchObject({ alive: true });
});

it('a lease that says it lasts longer than its length counts as over', () => {
  const held = holdAs({});
  writeFileSync(file(), readFileSync(file(), 'utf8').replace(/^\d+/, '9'.repeat(20)));
  expect(look()).toMatchObject({ alive: false, why: 'late' });
  held.end();
  expect(readdirSync(join(dir, 'leases'))).toEqual([]);
});

it.each([
  ['empty', () => ''],
  ['half of it', (text: string) => text.slice(0, text.length / 2)],
  ['not ours', () => 'backup of last week'],
  ['of another shape', (text: string) => `${text.slice(0, 21)}[]`],
  ['without themes', (text: string) => text.replace('"themes"', '"topics"')],
  ['null', (text: string) => `${text.slice(0, 21)}null`],
  ['no number', (text: string) => `x${text.slice(1)}`],
])('a lease file that is %s counts as no sign of life', (_, damage) => {
  const held = fileLeases(dir, clock).hold({ id, lease });
  writeFileSync(file(), damage(readFileSync(file(), 'utf8')));
  expect(look()).toEqual({ alive: false, why: 'gone' });
  expect(fileLeases(dir, clock).all()).toEqual([]);
  expect(held.renew()).toBe(false);
  fileLeases(dir, clock).forget(id);
  expect(readdirSync(join(dir, 'leases'))).toEqual([]);
});

it('a directory beside the lease files counts as no lease', () => {
  holdAs({});
  mkdirSync(join(dir, 'leases', 'lost+found'));
  expect(fileLeases(dir, clock).all()).toHaveLength(1);
});

it('an operator leaves one lease file, however often it is renewed', () => {
  const held = fileLeases(dir, clock).hold({ id, lease });
  for (let i = 0; i < 5; i++) held.renew();
  expect(readdirSync(join(dir, 'leases'))).toEqual([id]);
  expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3);
});

it('an error says in one line why a lease cannot be held', () => {
  rmSync(dir, { recursive: true });
  writeFileSync(dir, 'a file where the environment should be');
  expect(() => fileLeases(dir, clock).hold({ id, lease })).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  rmSync(dir);
  expect(() => fileLeases('/proc/no-such-environment', clock).hold({ id, lease })).toThrow(/cannot write lease/);
});
