// Goal: a number that makes no sense is refused by name, by every call that takes one, and nothing else happens.
// Method: each call with each kind of wrong number, on an environment that holds a record.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';

let env: Environment;

beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true });
  await env.submit({ id: 'r-1', type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
});
afterEach(() => env.close());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

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
  ['openEnvironment', 'checkpointRecords', (checkpointRecords) => openEnvironment(':memory:', { checkpointRecords })],
];

describe.each([Number.NaN, 1.5, -1])('%d', (wrong) => {
  it.each(calls)('is refused by %s as its %s', async (_, argument, call) => {
    await expect(call(wrong)).rejects.toMatchObject({
      code: 'USAGE',
      message: `${argument} is a whole number from 0 on, not ${wrong}`,
    });
  });

  it('names no transaction', async () => {
    expect(await env.find(wrong)).toBeUndefined();
    for (const call of [env.transaction(wrong), env.inspect(wrong), env.compensate(wrong)])
      await expect(call).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
    await expect(env.planCompensation([wrong])).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
  });
});

describe('a time', () => {
  it('that is no number is refused', async () => {
    const refused = { code: 'USAGE', message: expect.stringContaining('milliseconds since 1970, not NaN') };
    await expect(env.positionAt(Number.NaN)).rejects.toMatchObject(refused);
    await expect(env.count({ since: Number.NaN })).rejects.toMatchObject(refused);
    await expect(all(env.records({ until: Number.NaN }))).rejects.toMatchObject(refused);
  });

  it('may be any other', async () => {
    expect(await env.positionAt(Number.POSITIVE_INFINITY)).toBe(1);
    expect(await env.count({ since: -1.5, until: Number.POSITIVE_INFINITY })).toBe(1);
  });
});

it.each(calls.filter(([, argument]) => !/^(limit|to|checkpoint)/.test(argument)))(
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
