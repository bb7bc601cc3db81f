// Goal: every span and count in an app is checked when it is defined, with its name, its range and what it was given.
// Method: each field that takes a number, with values far and near outside of its range, and at its ends.
import { describe, expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';
import { pauseAfter } from '../../src/core/base/back-off.ts';
import { limits } from '../../src/core/base/limits.ts';

const never: readonly unknown[] = [Number.NaN, Infinity, -Infinity, -1, 1e300, '5', [5], null, true, 5n];
const { leaseSecondsMin, repeatSecondsMax, timeoutSecondsMin, concurrencyMax, factorMax, themeNumberMax } = limits;

const seconds = (least: number) => [least, repeatSecondsMax] as const;
const advisor = () => ({ op: 'remove' });
const run = () => 1;
const theme = (policy: object) => ({ themes: { t: { advisor, ...policy } } });
const saga = (policy: object) => ({ sagas: { s: { steps: [{ name: 'one', do: { run } }], ...policy } } });
const step = (policy: object) => ({ sagas: { s: { steps: [{ name: 'one', do: { run, ...policy } }] } } });
const undo = (policy: object) => ({
  sagas: { s: { steps: [{ name: 'one', do: { run }, compensate: { run, ...policy } }] } },
});
const process = (policy: object) => ({ processes: { p: { decide: () => [], ...policy } } });

type Field = readonly [where: string, make: (fields: object) => object, field: string, ends: readonly [number, number]];

const fields: readonly Field[] = [
  ['theme', theme, 'number', [0, themeNumberMax]],
  ['theme', theme, 'lease', seconds(leaseSecondsMin)],
  ['theme', theme, 'timeout', seconds(timeoutSecondsMin)],
  ['theme', theme, 'attempts', [1, limits.numberMax]],
  ['theme', theme, 'concurrency', [1, concurrencyMax]],
  ['theme', (backoff) => theme({ backoff }), 'first', seconds(0)],
  ['theme', (backoff) => theme({ backoff }), 'max', seconds(0)],
  ['theme', (backoff) => theme({ backoff }), 'factor', [1, factorMax]],
  ['saga', saga, 'number', [0, themeNumberMax]],
  ['saga', saga, 'lease', seconds(leaseSecondsMin)],
  ['saga', saga, 'deadline', seconds(timeoutSecondsMin)],
  ['saga', saga, 'concurrency', [1, concurrencyMax]],
  ['step', step, 'timeout', seconds(timeoutSecondsMin)],
  ['step', (retry) => step({ retry }), 'attempts', [1, limits.numberMax]],
  ['step', (retry) => step({ retry }), 'first', seconds(0)],
  ['step', (retry) => step({ retry }), 'max', seconds(0)],
  ['step', (retry) => step({ retry }), 'factor', [1, factorMax]],
  ['what undoes a step', undo, 'timeout', seconds(timeoutSecondsMin)],
  ['what undoes a step', (retry) => undo({ retry }), 'first', seconds(0)],
  ['process', process, 'number', [0, themeNumberMax]],
  ['process', process, 'lease', seconds(leaseSecondsMin)],
  ['process', process, 'attempts', [1, limits.numberMax]],
  ['process', (backoff) => process({ backoff }), 'max', seconds(0)],
  ['process', (on) => process({ on }), 'from', [0, limits.numberMax]],
  ['process', (on) => process({ on }), 'to', [0, limits.numberMax]],
];

describe.each(fields)('a number in a definition: %s', (_, make, field, [least, most]) => {
  it(`${field} is accepted from ${least} to ${most}, and refused outside of it`, async () => {
    const below = least - Math.min(0.5, least / 2 || 1);
    for (const value of [...never, below, most * 2]) {
      await expect(compileApp(make({ [field]: value }), 'here'), String(value)).rejects.toMatchObject({
        code: 'APP_INVALID',
        message: expect.stringMatching(new RegExp(`\\.${field} is a .* from ${least} to ${most}, not .`)),
      });
    }
    for (const value of [least, most]) await compileApp(make({ [field]: value }), 'here');
  });
});

it.each(['since', 'until'])('a process whose %s is no date is refused', async (field) => {
  for (const value of [Number.NaN, 1e300, 'today'])
    await expect(compileApp(process({ on: { [field]: value } }), 'here')).rejects.toMatchObject({
      code: 'APP_INVALID',
    });
});

it('the pause before a retry is a number within its bound, however many attempts there were', () => {
  expect(pauseAfter({ first: 0, factor: 2, max: 60 }, 5_000, 1)).toBe(0);
  expect(pauseAfter({ first: 1, factor: factorMax, max: 60 }, 5_000, 1)).toBe(60);
});
