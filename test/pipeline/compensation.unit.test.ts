// Goal: undoing a transaction leaves each key exactly as if it had never been, or says why not. Method: cases where a
// plain inverse, a logged result or the order of undoing would give something else.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import { given } from '../../src/core/base/given.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const world = { time: 1_700_000_000_000 };
const number = (value: JsonValue | undefined) => (typeof value === 'number' ? value : 0);
const app: App = {
  requests: {
    score: {
      reducers: {
        sum: (value, argument) => number(value) + number(argument),
        fragile: (value, argument) => {
          if (value === undefined) throw new Error('cannot start here');
          return number(value) + number(argument);
        },
      },
    },
  },
};

let env: Environment;

beforeEach(async () => {
  env = await openOn(openMemoryStorage(), { app, clock: new SteeredClock(world) });
});

afterEach(async () => {
  expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  await env.close();
});

const submit = (id: string, ...changes: Change[]) => env.submit({ id, type: 'score', changes });
const add = (value: JsonValue, key = 'n'): Change => ({ op: 'add', key, value });
const valueAt = async (key: string) => (await env.get(key))?.value;

describe('a shared key whose transaction is undone', () => {
  it('is what the others add up to, where all only count', async () => {
    await submit('a', add(5));
    await submit('b', add(7));
    await submit('c', add(-2), add(1));
    await env.compensate('a');
    expect(await env.get('n')).toMatchObject({ value: 6, version: 4, applied: 4 });
    await env.compensate('c');
    expect(await valueAt('n')).toBe(7);
    await env.compensate('b');
    expect(await env.get('n')).toBeUndefined();
    expect((await env.applied('n')).map(({ compensatedBy }) => compensatedBy)).toEqual([
      4,
      6,
      5,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is folded again where fractions were added: subtracting would keep what rounding lost', async () => {
    await submit('big', add(1e15));
    await submit('lost', add(0.06));
    expect(await valueAt('n')).toBe(1e15);
    await env.compensate('big');
    expect(await valueAt('n')).toBe(0.06);
  });

  it('blocks the compensation where its sums would pass 2^53 without the transaction', async () => {
    await submit('down', add(-9e15));
    await submit('up', add(9e15));
    await submit('more', add(9e15));
    await submit('back', add(-9e15));
    const { rejection } = await env.compensate('down');
    expect(rejection).toMatchObject({ code: 'COMPENSATION_BLOCKED', key: 'n' });
    expect(rejection?.reason).toContain('more at position 3');
    expect(await valueAt('n')).toBe(0);
  });

  it('is folded again through a set or delete in between, or without it', async () => {
    await submit('a', { op: 'append', key: 'l', value: [1] });
    await submit('b', { op: 'set', key: 'l', value: [9] });
    await submit('c', { op: 'append', key: 'l', value: [3] });
    await env.compensate('b');
    expect(await valueAt('l')).toEqual([1, 3]);
    await submit('d', { op: 'delete', key: 'l' });
    await submit('e', { op: 'append', key: 'l', value: [5] });
    await env.compensate('d');
    expect(await valueAt('l')).toEqual([1, 3, 5]);
    await env.compensate('a');
    expect(await valueAt('l')).toEqual([3, 5]);
  });

  it('blocks the compensation where a later transaction needs the undone one, and names the later one', async () => {
    await submit('a', { op: 'set', key: 'k', value: [] });
    await submit('b', { op: 'set', key: 'k', value: 1 });
    await submit('c', add(1, 'k'));
    const { rejection } = await env.compensate('b');
    expect(rejection).toMatchObject({ code: 'COMPENSATION_BLOCKED', key: 'k' });
    expect(rejection?.reason).toContain('c at position 3');
    expect(await valueAt('k')).toBe(2);
    await env.compensate('c');
    expect((await env.compensate('b')).outcome).toBe('committed');
    expect(await valueAt('k')).toEqual([]);
  });

  it('is reduced again by the reducer of an app, not put back to a result that holds what is undone', async () => {
    const sum = (value: number): Change => ({ op: 'reduce', key: 'r', reducer: 'sum', value });
    await submit('a', sum(5));
    await submit('b', sum(3));
    await submit('c', sum(2));
    await env.compensate('a');
    expect(await valueAt('r')).toBe(5);
    await env.compensate('c');
    expect(await valueAt('r')).toBe(3);
  });

  it('blocks the compensation where a reducer fails without the transaction, or is not there, with the reason', async () => {
    await submit('a', { op: 'set', key: 'r', value: 1 });
    await submit('b', { op: 'reduce', key: 'r', reducer: 'fragile', value: 3 });
    const { rejection } = await env.compensate('a');
    expect(rejection).toMatchObject({ code: 'COMPENSATION_BLOCKED', key: 'r', reason: 'cannot start here' });
    const plain = await openOn(env.handle.storage);
    const refused = await plain.compensate('a');
    expect(refused.rejection?.code).toBe('COMPENSATION_BLOCKED');
    expect(refused.rejection?.reason).toContain('no reducer fragile');
    expect((await plain.compensate('b')).outcome).toBe('committed');
    expect(await plain.get('r')).toMatchObject({ value: 1 });
  });

  it('may have fields with any name', async () => {
    await submit('a', add({ toString: 1, valueOf: 2 }, 'w'));
    await submit('b', add({ toString: 1 }, 'w'));
    await env.compensate('a');
    expect(await valueAt('w')).toEqual({ toString: 1 });
  });
});

describe('a dedicated key whose transaction is undone', () => {
  const claim = (pending?: number): Change => ({
    op: 'claim',
    key: 'seat',
    ...given({ pending }),
  });

  it('is released when it is still owned', async () => {
    await submit('a', claim());
    await submit('r', { op: 'replace', key: 'seat', owner: 'a', value: 'x' });
    await env.compensate('a');
    expect(await env.get('seat')).toBeUndefined();
    expect((await submit('b', claim())).outcome).toBe('committed');
  });

  it('that another owns by now is left, and the compensation refused', async () => {
    await submit('a', claim(), add(1));
    await submit('r', { op: 'release', key: 'seat', owner: 'a' });
    expect((await env.compensate('a', { dryRun: true })).outcome).toBe('committed');
    await submit('b', claim());
    const { rejection } = await env.compensate('a');
    expect(rejection).toMatchObject({ code: 'COMPENSATION_BLOCKED', key: 'seat' });
    expect(await env.get('seat')).toMatchObject({ owner: { id: 'b' } });
    expect(await valueAt('n')).toBe(1);
  });

  it('goes back to its owner, value and reservation when its release or confirmation is undone', async () => {
    await submit('a', claim(60));
    await submit('c', { op: 'confirm', key: 'seat', owner: 'a' });
    await env.compensate('c');
    expect(await env.get('seat')).toMatchObject({ owner: { id: 'a' }, pending: { until: world.time + 60_000 } });
    await submit('r', { op: 'release', key: 'seat', owner: 'a' });
    await env.compensate('r');
    expect(await env.get('seat')).toMatchObject({ owner: { id: 'a' }, version: 5 });
  });

  it('whose reservation ran out is freed in the log, and there is nothing to undo', async () => {
    await submit('a', claim(1));
    world.time += 1_000;
    expect((await env.compensate('a')).outcome).toBe('committed');
    expect(await env.transaction(2)).toMatchObject({ type: 'txlog.expire' });
    expect(await env.get('seat')).toBeUndefined();
  });
});

describe('a compensation', () => {
  it('is made once: the second gives the first receipt', async () => {
    await submit('a', add(1));
    const first = await env.compensate('a', { reason: 'wrong', actor: 'ann' });
    expect(await env.transaction(first.position)).toMatchObject({
      type: 'txlog.compensate',
      actor: 'ann',
      compensates: 1,
      payload: { id: 'a', position: '1', reason: 'wrong' },
    });
    const second = await env.compensate('a');
    expect(second).toEqual({ ...first, duplicate: true });
    const both = await Promise.all([env.compensate('a'), env.compensate('a')]);
    expect(both.map(({ position }) => position)).toEqual([first.position, first.position]);
  });

  it('of what changed nothing, or is not there, is refused', async () => {
    await submit('a', { op: 'append', key: 'n', value: [1] });
    await submit('bad', add(1));
    await env.compensate('a');
    for (const name of ['bad', 3]) {
      expect((await env.compensate(name)).rejection?.code).toBe('NOT_COMPENSABLE');
    }
    await expect(env.compensate('never')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
    await expect(env.compensate(99)).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
  });

  it('that is only tried writes nothing', async () => {
    await submit('a', add(1));
    expect((await env.compensate('a', { dryRun: true })).outcome).toBe('committed');
    expect((await env.head()).position).toBe(1);
    expect(await valueAt('n')).toBe(1);
  });
});

describe('the request of a compensation', () => {
  it('is none of the app’s types, also where one has its name', async () => {
    await env.close();
    const schema = { type: 'object', required: ['order'] };
    env = await openOn(openMemoryStorage(), { app: { requests: { compensate: { schema } } } });
    await submit('a', add(5));
    expect(await env.compensate('a', { reason: 'wrong', actor: 'ann' })).toMatchObject({ outcome: 'committed' });
    expect(await env.transaction(2)).toMatchObject({ type: 'txlog.compensate', actor: 'ann' });
    await expect(env.submit({ type: 'compensate' })).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
  });

  it('is recorded only with words that the log can keep', async () => {
    await submit('a', add(5));
    const tries = [{ reason: '\ud800' }, { actor: '' }, { id: 'txlog.mine' }, { reason: 'x'.repeat(5_000_000) }];
    const codes = [];
    for (const options of tries) codes.push(await env.compensate('a', options).catch(({ code }) => code));
    expect(codes).toEqual(['JSON_UNPAIRED_SURROGATE', 'REQUEST_INVALID', 'TYPE_RESERVED', 'REQUEST_INVALID']);
    expect((await env.head()).position).toBe(1);
  });
});
