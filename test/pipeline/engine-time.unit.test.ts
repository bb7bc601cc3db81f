// Goal: a wall clock that is set back or forward makes nothing late by the jump, loses nothing and runs nothing twice.
// Method: time that the test sets, on the class alone and on an environment with a worker.
import { beforeEach, expect, it } from 'vitest';
import { parseTime } from '../../src/cli/frame/point-in-log.ts';
import type { Turn } from '../../src/core/app/theme.ts';
import { EngineTime } from '../../src/pipeline/0-engine-time.ts';
import { TimedClock } from '../sessions/timed-clock.ts';
import { all, Workplace, working } from '../sessions/workplace.ts';

const hour = 3_600_000;
let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

it('the time of the engine is the wall clock while that is not behind the log', () => {
  const clock = new TimedClock();
  const time = new EngineTime(clock);
  expect(time.now(0)).toBe(clock.now());
  clock.sleep(5);
  expect(time.now(clock.now() - 1)).toBe(clock.now());
});

it('the time of the engine is whole, whatever the clock gives', async () => {
  place.clock.jump(0.75);
  const { env } = await place.open();
  const made = await env.sessions.create('mail', 1, { id: 's', delay: 5 });
  expect(made).toMatchObject({ ok: true, time: Math.floor(place.clock.now()) });
  expect(await env.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] })).toMatchObject({
    time: Math.floor(place.clock.now()),
  });
});

it('the time of the engine goes on while the wall clock is behind, slowly enough to be caught up with', () => {
  const clock = new TimedClock();
  const time = new EngineTime(clock);
  const head = clock.now();
  clock.jump(-hour);
  expect(time.now(head)).toBe(head);
  clock.sleep(10_000);
  expect(time.now(head)).toBe(head + 9_000);
  // What is written meanwhile does not change its pace.
  expect(time.now(head + 9_000)).toBe(head + 9_000);
  clock.sleep(10 * hour);
  expect(time.now(head + 9_000)).toBe(clock.now());
});

it('the time of the engine is never before what another process wrote', () => {
  const clock = new TimedClock();
  const time = new EngineTime(clock);
  const head = clock.now();
  clock.jump(-hour);
  time.now(head);
  expect(time.now(head + 5_000)).toBe(head + 5_000);
  clock.sleep(1_000);
  expect(time.now(head + 5_000)).toBe(head + 5_900);
});

it.each([
  ['back', -hour],
  ['back by a day', -24 * hour],
])('sessions that are due are led in time although the clock was set %s', async (_, ms) => {
  const turns: Turn[] = [];
  const advisor = (turn: Turn) => {
    turns.push(turn);
    return { op: 'remove' as const };
  };
  const { env } = await place.open({ themes: { mail: { advisor } } });
  await env.sessions.create('mail', 1, { delay: 60 });
  const { worker } = await working(env);
  await place.clock.pass(1_000);
  place.clock.jump(ms);
  await place.clock.pass(58_000);
  expect(turns).toHaveLength(0);
  await place.clock.pass(10_000);
  expect(turns).toHaveLength(1);
  await worker.stop();
});

it('sessions that are due are led once, and early at most by the jump, when the clock was set forward and back again', async () => {
  const turns: Turn[] = [];
  const advisor = (turn: Turn) => {
    turns.push(turn);
    return { op: 'store' as const, seconds: 60 };
  };
  const { env } = await place.open({ themes: { mail: { advisor } } });
  await env.sessions.create('mail', 1, { delay: 60 });
  const { worker } = await working(env);
  place.clock.jump(hour);
  await place.clock.pass(1_000);
  expect(turns).toHaveLength(1);
  place.clock.jump(-hour);
  await place.clock.pass(57_000);
  expect(turns).toHaveLength(1);
  await place.clock.pass(10_000);
  expect(turns).toHaveLength(2);
  expect(await all(env)).toMatchObject([{ status: 'stored', epoch: 2 }]);
  await worker.stop();
  const times = [];
  for await (const { time } of env.records()) times.push(time);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

const claim = { op: 'claim' as const, key: 'k', value: 1, pending: 2 };

/** A process that lives for one command, such as `txlog session lead`. */
const short = async () => (await place.open()).env;

it.each([
  ['an hour', hour],
  ['a year', 365 * 24 * hour],
])(
  'the time of the engine goes on over processes that live for one command each, when the clock was %s ahead',
  async (_, ms) => {
    place.clock.jump(ms);
    await (await short()).sessions.create('mail', 1, { id: 'm', delay: 9 });
    await (await short()).submit({ id: 'r', type: 't', changes: [{ ...claim, pending: 9 }] });
    place.clock.jump(-ms);
    const led = async () => (await short()).sessions.lead({ theme: 'mail' }, 'op', 30);
    // None of these writes anything.
    for (let second = 0; second < 9; second++) {
      expect(await led()).toMatchObject({ ok: false, idle: true });
      place.clock.sleep(1_000);
    }
    expect((await (await short()).get('k'))?.pending).toMatchObject({ expired: false });
    place.clock.sleep(1_500);
    expect(await led()).toMatchObject({ ok: true, session: 'm' });
    expect((await (await short()).get('k'))?.pending).toMatchObject({ expired: true });
    const again = await (await short()).submit({ id: 'r2', type: 't', changes: [claim] });
    expect(again).toMatchObject({ outcome: 'committed' });
  },
);

it('the time of the engine loses nothing when each of many processes writes', async () => {
  place.clock.jump(hour);
  const first = await (await short()).submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
  place.clock.jump(-hour);
  let last = first;
  for (let i = 0; i < 50; i++) {
    // Less than a whole ms of the engine.
    place.clock.sleep(1);
    last = await (await short()).submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
  }
  // The sum of tenths of a ms may be a little short of a whole one.
  expect([44, 45]).toContain(last.time - first.time);
});

it('the time of the engine goes on after another start of the machine, from the first command on that looks', async () => {
  place.clock.jump(hour);
  await (await short()).sessions.create('mail', 1, { id: 'm', delay: 9 });
  place.clock.jump(-hour);
  place.clock.boot = 'second start';
  const led = async () => (await short()).sessions.lead({ theme: 'mail' }, 'op', 30);
  expect(await led()).toMatchObject({ ok: false, idle: true });
  place.clock.sleep(9_000);
  expect(await led()).toMatchObject({ ok: false, idle: true });
  place.clock.sleep(1_500);
  expect(await led()).toMatchObject({ ok: true, session: 'm' });
});

it('the time of the engine stands at the last record where nobody can tell how long ago that was, and never goes back', async () => {
  const clock = new TimedClock();
  const head = clock.now();
  const mark = { time: head, elapsed: clock.elapsed() - 10_000, boot: 'first start' };
  clock.jump(-hour);
  expect(new EngineTime(clock).now(head, mark)).toBe(head + 9_000);
  expect(new EngineTime(clock).now(head, { ...mark, boot: 'another' })).toBe(head);
  expect(new EngineTime(clock).now(head, { ...mark, elapsed: clock.elapsed() + 1 })).toBe(head);
  // Of an earlier record: a version that keeps no marks wrote the last one.
  expect(new EngineTime(clock).now(head + 5, mark)).toBe(head + 5);
});

it('ages are measured from the log where that is ahead of the clock', async () => {
  place.clock.jump(365 * 24 * hour);
  const env = await short();
  await env.submit({ type: 't', changes: [claim] });
  place.clock.jump(-365 * 24 * hour);
  place.clock.sleep(60_000);
  await env.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
  expect(parseTime('30s', env.now())).toBe((await env.head()).time - 30_000);
  expect(await env.count({ since: parseTime('30s', env.now()) })).toBe(1);
});
