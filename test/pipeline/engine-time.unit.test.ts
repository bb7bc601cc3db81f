// Goal: a wall clock that is set back or forward makes nothing late by the jump, loses nothing and runs nothing twice.
// Method: time that the test sets, on the class alone and on an environment with a worker.
import { beforeEach, expect, it } from 'vitest';
import type { Turn } from '../../src/core/app/theme.ts';
import { EngineTime } from '../../src/pipeline/0-engine-time.ts';
import { TimedClock } from '../sessions/timed-clock.ts';
import { all, Workplace, working } from '../sessions/workplace.ts';

const hour = 3_600_000;
let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

it('is the wall clock while that is not behind the log', () => {
  const clock = new TimedClock();
  const time = new EngineTime(clock);
  expect(time.now(0)).toBe(clock.now());
  clock.sleep(5);
  expect(time.now(clock.now() - 1)).toBe(clock.now());
});

it('is whole, whatever the clock gives', async () => {
  place.clock.jump(0.75);
  const { env } = await place.open();
  const made = await env.sessions.create('mail', 1, { id: 's', delay: 5 });
  expect(made).toMatchObject({ ok: true, time: Math.floor(place.clock.now()) });
  expect(await env.submit({ type: 't' })).toMatchObject({ time: Math.floor(place.clock.now()) });
});

it('goes on while the wall clock is behind, slowly enough to be caught up with', () => {
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

it('is never before what another process wrote', () => {
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
])('leads what is due in time although the clock was set %s', async (_, ms) => {
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

it('leads what is due once, and early at most by the jump, when the clock was set forward and back again', async () => {
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
