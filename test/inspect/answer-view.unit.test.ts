// Goal: a view of an app answers from the states at one position and nothing else, and no view harms its process: one that
// throws, lies, takes too long or answers too much is an error of the app. Method: one view for each way, on environments in
// memory whose clock the test sets.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { ViewDefinition, ViewRange, ViewStates } from '../../src/core/app/view-definition.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const world = { time: 1_700_000_000_000 };
let clock: SteeredClock;
let env: Environment;
let kept: ViewStates | undefined;
let meanwhile: Promise<unknown> | undefined;

const items = (range: ViewRange, states: ViewStates) => [...states.list(range)].map(({ key }) => key);

/** A Standard Schema that makes a number of a text, as those of libraries do that are told to. */
const wholeNumber = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: ({ n }: { readonly n: string }) =>
      Number.isInteger(Number(n)) ? { value: { n: Number(n) } } : { issues: [{ message: 'no number', path: ['n'] }] },
    jsonSchema: { input: () => ({ type: 'object', required: ['n'] }) },
  },
};

const views: Record<string, ViewDefinition> = {
  sum: {
    summary: 'The sum of all numbers.',
    schema: {
      type: 'object',
      properties: { prefix: { type: 'string' }, factor: { type: 'integer', default: 1 }, only: { type: 'array' } },
      additionalProperties: false,
    },
    read: ({ params }, states) => {
      const { prefix = '', factor, only } = params as { prefix?: string; factor: number; only?: string[] };
      const values = [...states.list({ prefix })].filter(({ key }) => only?.includes(key) ?? true);
      return factor * values.reduce((sum, { value }) => sum + (value as number), 0);
    },
  },
  items: { schema: { type: 'object' }, read: ({ params }, states) => items(params as ViewRange, states) },
  state: {
    schema: { type: 'object' },
    read: ({ params }, states) => states.get((params as { key: string }).key),
  },
  asked: { read: (asked) => ({ ...asked, actor: asked.actor ?? null }) },
  typed: { schema: wholeNumber, read: ({ params }) => params },
  refuses: { read: () => rejectRequest('DENIED', 'not you') },
  throws: {
    read: () => {
      throw new Error('no luck');
    },
  },
  throwsNothing: {
    read: () => {
      throw undefined;
    },
  },
  promises: { read: async () => 1 },
  nothing: { read: () => undefined },
  noJson: { read: () => ({ at: new Date(0) }) },
  large: { read: () => 'x'.repeat(limits.viewBytesMax) },
  badKey: { read: (_, states) => states.get('\n') },
  keeps: {
    read: (_, states) => {
      kept = states;
      return 1;
    },
  },
  slow: {
    read: (_, states) => {
      clock.elapsedStep = 100;
      for (;;) states.get('n/0');
    },
  },
  swallows: {
    read: (_, states) => {
      clock.elapsedStep = 100;
      for (let i = 0; i < 20; i++) {
        try {
          states.get('n/0');
        } catch {
          // It hears nothing.
        }
      }
      return 1;
    },
  },
  steps: { read: inSteps },
};

beforeEach(async () => {
  clock = new SteeredClock(world);
  env = await openOn(openMemoryStorage(), { app: { views }, clock });
  for (let i = 0; i < 12; i++) await env.submit(set(`n/${i}`, i));
});

afterEach(() => env.close());

function set(key: string, value: number) {
  return { type: 'set', changes: [{ op: 'set', key, value }] as const };
}

/** Something is written while it is at work. */
function* inSteps(_: unknown, states: ViewStates): Generator<void, number, void> {
  let sum = 0;
  let count = 0;
  for (const { value } of states.list({ prefix: 'n/' })) {
    sum += value as number;
    if (++count === 150) meanwhile ??= env.submit(set('n/99', 1_000));
    yield;
  }
  return sum;
}

it('answers from the states at one position: now, or any in the past', async () => {
  expect(await env.view('sum')).toEqual({ view: 'sum', position: 12, value: 66 });
  expect(await env.view('sum', {}, { asOf: 3 })).toEqual({ view: 'sum', position: 3, value: 3 });
  await env.submit(set('n/0', 100));
  expect(await env.view('sum', {}, { asOf: 12 })).toMatchObject({ value: 66 });
  expect((await env.view('state', { key: 'n/0' })) as object).toMatchObject({
    value: { key: 'n/0', kind: 'shared', value: 100, version: 2, position: 13 },
  });
  expect((await env.view('state', { key: 'n/0' }, { asOf: 2 })) as object).toMatchObject({
    value: { value: 0, position: 1 },
  });
  await expect(env.view('sum', {}, { asOf: 14 })).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
});

it('is told the time of its position, who asks, and nothing of the clock', async () => {
  world.time += 60_000;
  const then = (await env.transaction(5)).time;
  expect(await env.view('asked', {}, { asOf: 5, actor: 'ann' })).toMatchObject({
    value: { params: {}, actor: 'ann', position: 5, time: then },
  });
  expect(await env.view('asked')).toMatchObject({ value: { actor: null, time: (await env.transaction(12)).time } });
});

it('lists states in the order of their keys, from both ends, over any number of pages', async () => {
  for (let i = 0; i < 250; i++) await env.submit(set(`many/${String(i).padStart(3, '0')}`, i));
  const keys = async (params: object) =>
    ((await env.view('items', params as never)) as unknown as { value: string[] }).value;
  const all = Array.from({ length: 250 }, (_, i) => `many/${String(i).padStart(3, '0')}`);
  expect(await keys({ prefix: 'many/' })).toEqual(all);
  expect(await keys({ prefix: 'many/', reverse: true })).toEqual(all.toReversed());
  expect(await keys({ prefix: 'many/', after: 'many/247' })).toEqual(['many/248', 'many/249']);
  expect(await keys({ prefix: 'many/', after: 'many/002', reverse: true })).toEqual(['many/001', 'many/000']);
  expect(await keys({})).toHaveLength(262);
});

it('makes numbers, flags and lists of texts by its schema, and refuses what does not fit', async () => {
  expect(await env.view('sum', { factor: '2', only: 'n/3' })).toMatchObject({ value: 6 });
  expect(await env.view('typed', { n: '7' })).toMatchObject({ value: { n: 7 } });
  for (const [name, params] of [
    ['sum', { factor: 'two' }],
    ['sum', { other: '1' }],
    ['typed', { n: 'x' }],
    ['asked', { any: '1' }],
  ] as const)
    await expect(env.view(name, params), name).rejects.toMatchObject({ code: 'PARAMETERS_INVALID' });
  for (const name of ['none', 'toString'])
    await expect(env.view(name)).rejects.toMatchObject({ code: 'VIEW_NOT_FOUND' });
});

it('may refuse, which is an answer', async () => {
  expect(await env.view('refuses')).toEqual({
    view: 'refuses',
    position: 12,
    rejection: { code: 'DENIED', reason: 'not you' },
  });
});

it.each([
  ['throws', 'view throws: no luck'],
  ['throwsNothing', 'view throwsNothing: it threw something without a message'],
  ['promises', 'view promises: read() returned a promise; it is synchronous'],
  ['nothing', 'view nothing: read() returned nothing'],
  ['noJson', expect.stringContaining('its answer.at')],
  ['large', expect.stringContaining('over the limit of 4194304')],
  ['slow', 'view slow: it took longer than 1 s'],
  ['swallows', 'view swallows: it took longer than 1 s'],
])('a view that is wrong is an error of the app: %s', async (name, message) => {
  await expect(env.view(name)).rejects.toMatchObject({ code: 'VIEW_FAILED', message });
  clock.elapsedStep = 0;
  expect(await env.view('sum')).toMatchObject({ value: 66 });
});

it('keeps the error of a key that is none, and reads nothing after it has answered', async () => {
  await expect(env.view('badKey')).rejects.toMatchObject({ code: 'KEY_INVALID' });
  await env.view('keeps');
  expect(() => kept?.get('n/1')).toThrow('after it has answered');
  expect(() => [...(kept?.list() ?? [])]).toThrow('after it has answered');
});

it('in steps gives others their turn, and is begun anew on a view that stays as it is', async () => {
  for (let i = 0; i < 200; i++) await env.submit(set(`n/x${i}`, 1));
  clock.elapsedStep = 0.3;
  expect(await env.view('steps')).toMatchObject({ position: 212, value: 266 });
  await meanwhile;
  expect(await env.view('sum', { prefix: 'n/' })).toMatchObject({ position: 213, value: 1_266 });
});

it('is listed with the schema of its parameters', async () => {
  const listed = await env.views();
  expect(listed.map(({ view }) => view)).toEqual(Object.keys(views).sort());
  expect(listed.find(({ view }) => view === 'sum')).toMatchObject({
    summary: 'The sum of all numbers.',
    schema: { properties: { factor: { type: 'integer' } } },
  });
  expect(listed.find(({ view }) => view === 'typed')?.schema).toMatchObject({ required: ['n'] });
  expect(listed.find(({ view }) => view === 'asked')).toEqual({ view: 'asked' });
});

const wrong: readonly (readonly [string, unknown])[] = [
  ['that is no object', 1],
  ['without read', {}],
  ['whose read is no function', { read: 1 }],
  ['with a misspelt field', { read: () => 1, parameters: {} }],
  ['with a summary that is no text', { read: () => 1, summary: 1 }],
  ['with a schema that is none', { read: () => 1, schema: { type: 'no such type' } }],
  ['with a parameter that has another meaning', { read: () => 1, schema: { properties: { 'as-of': {} } } }],
];

it.each(wrong)('a view %s is refused when its app is loaded', async (_, view) => {
  await expect(compileApp({ views: { v: view } }, 'here')).rejects.toMatchObject({ code: 'APP_INVALID' });
});
