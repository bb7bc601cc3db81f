// Goal: a number that makes no sense is refused by name, by every call that takes one, and nothing else happens.
// Method: each call with each kind of wrong number, on an environment that holds a record.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';
import { all } from '../kit/all.ts';

let env: Environment;

beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true });
  await env.submit({ id: 'r-1', type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
});
afterEach(() => env.close());

const calls: readonly (readonly [name: string, argument: string, call: (wrong: number) => Promise<unknown>])[] = [
  ['get', 'asOf', (asOf) => env.get('n', { asOf })],
  ['states', 'asOf', (asOf) => all(env.states({ asOf }))],
  ['applied', 'from', (from) => env.applied('n', { from })],
  ['applied', 'limit', (limit) => env.applied('n', { limit })],
  ['records', 'from', (from) => all(env.records({ from }))],
  ['records', 'to', (to) => all(env.records({ to }))],
  ['records', 'limit', (limit) => all(env.records({}, { limit }))],
  ['pages', 'from', (from) => all(env.pages({ from }))],
  ['count', 'to', (to) => env.count({ to })],
  ['follow', 'from', (from) => all(env.follow({}, { from }))],
  ['history', 'from', (from) => all(env.history('n', { from }))],
  ['history', 'limit', (limit) => all(env.history('n', { limit }))],
  ['saveCursor', 'position', (position) => env.saveCursor('mine', { position, details: {} })],
  ['replayTo', 'position', (position) => env.replayTo({ position, dir: 'never-made' })],
  ['session', 'asOf', (asOf) => env.sessions.get('s', { asOf })],
  ['data of a session', 'asOf', (asOf) => env.sessions.data('s', { asOf })],
  ['data of a session', 'limit', (limit) => env.sessions.data('s', { limit })],
  ['sessions', 'limit', (limit) => all(env.sessions.list({ limit }))],
  ['stuck sessions', 'limit', (limit) => env.sessions.stuck({ limit })],
  ['a queue', 'next', (next) => env.sessions.queue('t', { next })],
  ['an operation', 'epoch', (epoch) => env.sessions.remove('s', { epoch })],
  ['an operation', 'seen', (seen) => env.sessions.append('s', 1, { seen })],
  ['an operation', 'position', (position) => env.sessions.park('s', 'why', { position })],
  ['sagas', 'limit', (limit) => all(env.sagas.list({ limit }))],
  ['openEnvironment', 'mapBytes', (mapBytes) => openEnvironment(':memory:', { mapBytes })],
  ['openEnvironment', 'reserveBytes', (reserveBytes) => openEnvironment(':memory:', { reserveBytes })],
  ['openEnvironment', 'checkpointBytes', (checkpointBytes) => openEnvironment(':memory:', { checkpointBytes })],
  ['openEnvironment', 'checkpointRecords', (checkpointRecords) => openEnvironment(':memory:', { checkpointRecords })],
];

describe.each([Number.NaN, 1.5, -1, 1e300, -Infinity])('the wrong number %d', (wrong) => {
  it.each(calls)('is refused by %s as its %s', async (_, argument, call) => {
    await expect(call(wrong)).rejects.toMatchObject({
      code: 'USAGE',
      message: `${argument} is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${wrong}`,
    });
  });

  it('names no transaction', async () => {
    expect(await env.find(wrong)).toBeUndefined();
    for (const call of [() => env.transaction(wrong), () => env.inspect(wrong), () => env.compensate(wrong)])
      await expect(call()).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
    await expect(env.planCompensation([wrong])).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
  });
});

describe('a span of time or a number of things', () => {
  const calls: readonly (readonly [name: string, code: string, call: (wrong: number) => Promise<unknown>])[] = [
    ['delay', 'REQUEST_INVALID', (delay) => env.sessions.create('t', 1, { delay })],
    ['delay', 'REQUEST_INVALID', (delay) => env.enqueue({ type: 't' }, { delay })],
    ['seconds', 'REQUEST_INVALID', (seconds) => env.sessions.store('s', seconds)],
    ['pending', 'REQUEST_INVALID', (pending) => env.submit(claim(pending))],
    ['version', 'REQUEST_INVALID', (version) => env.submit({ type: 't', expect: [{ key: 'k', version }] })],
    ['lease', 'USAGE', (lease) => env.sessions.lead({ theme: 't' }, 'o', lease)],
    ['timeoutMs', 'USAGE', (timeoutMs) => env.wait('r-1', { timeoutMs })],
    ['now', 'USAGE', (now) => env.sessions.stuck({ now })],
    ['concurrency', 'USAGE', (concurrency) => env.work({ concurrency, untilEmpty: true }).done],
    ['lease', 'USAGE', (lease) => env.work({ lease, untilEmpty: true }).done],
  ];
  const wrong: readonly unknown[] = [Number.NaN, 1e300, -1e300, '1', [1], null];

  it.each(calls)('is refused as %s, with its range and what it was given', async (name, code, call) => {
    for (const value of wrong) {
      await expect(call(value as number)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(new RegExp(`${name} is a (whole )?(number|time) .*from \\S+ to \\S+, not `)),
      });
    }
  });

  it('is refused as the number of a theme', async () => {
    for (const theme of [Number.NaN, -1, 1.5, 2 ** 32])
      await expect(env.sessions.create(theme, 1)).rejects.toMatchObject({ code: 'USAGE' });
  });

  function claim(pending: number) {
    return { type: 't', changes: [{ op: 'claim' as const, key: 'c', value: 1, pending }] };
  }
});

describe('a time', () => {
  it('that is no number is refused', async () => {
    const refused = { code: 'USAGE', message: expect.stringMatching(/milliseconds since 1970 .*, not NaN/) };
    await expect(env.positionAt(Number.NaN)).rejects.toMatchObject(refused);
    await expect(env.count({ since: Number.NaN })).rejects.toMatchObject(refused);
    await expect(all(env.records({ until: Number.NaN }))).rejects.toMatchObject(refused);
  });

  it('may be any number, also an infinite one', async () => {
    expect(await env.positionAt(Number.POSITIVE_INFINITY)).toBe(1);
    expect(await env.count({ since: -1.5, until: Number.POSITIVE_INFINITY })).toBe(1);
  });
});

it.each(calls.filter(([, argument]) => !/^(limit|to|next|checkpoint)/.test(argument)))(
  'only a bound may be infinite: %s refuses it as its %s',
  async (_, argument, call) => {
    await expect(call(Number.POSITIVE_INFINITY)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(argument),
    });
  },
);

it('a limit may be infinite, and a bound beyond the log is its end', async () => {
  expect(await all(env.records({ to: Number.POSITIVE_INFINITY }, { limit: Number.POSITIVE_INFINITY }))).toHaveLength(1);
  expect(await env.get('n', { asOf: 1_000 })).toMatchObject({ value: 1 });
  expect(await all(env.records({ from: 1_000 }))).toEqual([]);
});
