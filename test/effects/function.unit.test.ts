// Goal: whatever a user's function does, its step has an outcome, and one that says no more than is known.
// Method: functions that return, throw and hang in every way, called as a worker calls them.
import { expect, it } from 'vitest';
import { PermanentError } from '../../src/core/app/saga-definition.ts';
import { callFunction } from '../../src/effects/call-function.ts';
import { contextOf, verdicts } from './context.ts';

it.each([
  ['a value', () => ({ id: 1 }), { id: 1 }],
  ['a promise', async () => [1, 'two'], [1, 'two']],
  ['nothing', () => {}, null],
  ['null', () => null, null],
  ['false', () => false, false],
])('a function that gives %s gives its result', async (_what, run, result) => {
  expect(await callFunction(run, contextOf())).toEqual({ ok: true, result });
});

it('a function is told what the step is told', async () => {
  const context = contextOf();
  expect(await callFunction(({ key, attempt }) => [key, attempt], context)).toEqual({
    ok: true,
    result: ['order-1/reserve', 2],
  });
});

it('a result stays as it was when it came, whatever the function changes later', async () => {
  const mine = { list: [1] };
  const outcome = await callFunction(() => mine, contextOf());
  mine.list.push(2);
  expect(outcome).toEqual({ ok: true, result: { list: [1] } });
});

const loop: { self?: object } = {};
loop.self = loop;

it.each([
  ['a date', new Date(0), 'only plain objects'],
  ['a function', () => 1, 'function is not JSON'],
  ['a big integer', { n: 1n }, 'n: bigint is not JSON'],
  ['no number', [Number.NaN], '[0]: NaN is not a JSON number'],
  ['a field of nothing', { a: undefined }, 'a: undefined is not JSON'],
  ['half a character', 'x\ud83d', 'surrogate'],
  ['a loop', loop, 'nested deeper than 64'],
  ['too much', 'x'.repeat(1024 * 1024), 'over the limit of 1048576 bytes'],
  ['too much once escaped', '\n'.repeat(600_000), 'over the limit of 1048576 bytes'],
])('a step fails for good over a result that is %s', async (_what, result, text) => {
  const outcome = await callFunction(() => result, contextOf());
  expect(outcome).toMatchObject(verdicts.spoiled);
  expect(outcome).toHaveProperty('error', expect.stringContaining(text));
});

it('a result of exactly the limit is kept', async () => {
  const result = 'x'.repeat(1024 * 1024 - 2);
  expect(await callFunction(() => result, contextOf())).toEqual({ ok: true, result });
});

class OtherPermanentError extends Error {
  override readonly name = 'PermanentError';
}

it.each([
  ['of txlog', new PermanentError('sold out')],
  ['of another copy of txlog', new OtherPermanentError('sold out')],
])('a permanent error %s refuses the step', async (_what, error) => {
  const thrower = () => {
    throw error;
  };
  expect(await callFunction(thrower, contextOf())).toEqual({ ...verdicts.refused, error: 'sold out' });
});

it.each([
  ['an error', new Error('broken'), 'broken'],
  ['an error without a word', new RangeError(), 'RangeError'],
  ['a text', 'broken', 'broken'],
  ['nothing', undefined, 'undefined'],
  ['what cannot be shown', Object.create(null), 'something that cannot be shown was thrown'],
  ['half a character', new Error('x\ud83d'), 'x\ufffd'],
])('a step is tried again after a throw of %s', async (_what, thrown, error) => {
  expect(await callFunction(() => Promise.reject(thrown), contextOf())).toEqual({ ...verdicts.unknown, error });
});

it('a long error is cut between characters', async () => {
  const outcome = await callFunction(() => Promise.reject(new Error('😀'.repeat(300))), contextOf());
  expect(outcome).toEqual({ ...verdicts.unknown, error: `${'😀'.repeat(249)}…` });
});

it('a function that ignores the signal is not waited for', async () => {
  const controller = new AbortController();
  const outcome = callFunction(() => new Promise(() => {}), contextOf({ signal: controller.signal }));
  controller.abort(new Error('its 30 s are over'));
  expect(await outcome).toEqual({ ...verdicts.unknown, error: 'its 30 s are over' });
});

it('a function that heeds the signal fails as one whose time was over, too', async () => {
  const controller = new AbortController();
  const heeds = ({ signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new PermanentError('stopped')));
    });
  const outcome = callFunction(heeds, contextOf({ signal: controller.signal }));
  controller.abort(new Error('its 30 s are over'));
  expect(await outcome).toEqual({ ...verdicts.unknown, error: 'its 30 s are over' });
});

it('a function is not called when the signal aborted before', async () => {
  let isCalled = false;
  const run = () => {
    isCalled = true;
  };
  const signal = AbortSignal.abort(new Error('the worker stops'));
  expect(await callFunction(run, contextOf({ signal }))).toEqual({ ...verdicts.unsent, error: 'the worker stops' });
  expect(isCalled).toBe(false);
});
