// Goal: user code can decide, refuse, throw, lie or hang on to things, and never leaves a half-applied change, another's
// state changed, or the engine stopped. Method: one handler for each way, submitted like any request.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App, RequestType } from '../../src/core/app/app.ts';
import type { HandlerStates } from '../../src/core/app/handler-terms.ts';
import { rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { JsonValue } from '../../src/core/base/json.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { StoredRecord } from '../../src/core/log/record.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const world = { time: 1_700_000_000_000 };
let env: Environment | undefined;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => void unhandled.push(reason);

beforeEach(() => {
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  await env?.close();
  env = undefined;
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function open(requests: Record<string, RequestType>, extra: Partial<App> = {}): Promise<Environment> {
  env = await openOn(openMemoryStorage(), { app: { requests, ...extra }, clock: new SteeredClock(world) });
  return env;
}

const decide = (run: (states: HandlerStates) => unknown): RequestType => ({
  decide: (_, states) => run(states) as readonly Change[],
});

describe('decide', () => {
  it('gets the request and the states, and its changes are applied as the record says', async () => {
    let seen: unknown;
    const open1 = await open({
      'account.open': {
        decide(request, states) {
          seen = { ...request, found: states.get('account/1') };
          return [{ op: 'set', key: 'account/1', value: { by: request.actor ?? null } }];
        },
      },
    });
    const receipt = await open1.submit({ id: 'r', type: 'account.open', actor: 'ann', payload: { a: 1 } });
    expect(receipt.outcome).toBe('committed');
    expect(seen).toEqual({
      id: 'r',
      type: 'account.open',
      actor: 'ann',
      claims: {},
      payload: { a: 1 },
      time: world.time,
      found: undefined,
    });
    expect(await open1.get('account/1')).toMatchObject({ value: { by: 'ann' } });
    expect(await open1.transaction('r')).toMatchObject({
      decided: true,
      payload: { a: 1 },
      changes: [{ op: 'set', key: 'account/1', value: { by: 'ann' } }],
    });
  });

  it('may refuse, with its own code, reason and key, and the record tells what it read', async () => {
    const refusing = await open({
      buy: decide((states) => {
        states.get('stock');
        states.get('price');
        return rejectRequest('SOLD_OUT', 'nothing left', 'stock');
      }),
      stock: {},
    });
    await refusing.submit({ type: 'stock', changes: [{ op: 'set', key: 'stock', value: 0 }] });
    const { rejection } = await refusing.submit({ id: 'b', type: 'buy' });
    expect(rejection).toEqual({ code: 'SOLD_OUT', reason: 'nothing left', key: 'stock', seen: { stock: 1, price: 0 } });
    expect(await refusing.submit({ id: 'b', type: 'buy' })).toMatchObject({ duplicate: true, rejection });
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no way');
      },
      'no way',
    ],
    [
      'throws text',
      () => {
        throw 'plain text';
      },
      'plain text',
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      'without a message',
    ],
    [
      'throws what cannot be shown',
      () => {
        throw Object.create(null);
      },
      'without a message',
    ],
    [
      'throws half a surrogate pair',
      () => {
        throw new Error('\ud800');
      },
      '\ufffd',
    ],
    ['returns nothing', () => undefined, 'neither changes nor a rejection'],
    ['returns null', () => null, 'neither changes nor a rejection'],
    ['returns a promise', () => Promise.resolve([]), 'returned a promise'],
    ['returns a promise that fails', () => Promise.reject(new Error('later')), 'returned a promise'],
    ['returns a broken change', () => [{ op: 'set', key: 'k' }], 'decide()[0].value'],
    ['returns an operation of the engine', () => [{ op: 'restore', key: 'k', result: {} }], 'decide()[0].op'],
    ['returns a function in a value', () => [{ op: 'set', key: 'k', value: () => 1 }], 'could not be cloned'],
    ['returns NaN', () => [{ op: 'add', key: 'k', value: Number.NaN }], 'NaN'],
    ['returns 1,001 changes', () => Array(1001).fill({ op: 'delete', key: 'k' }), '1001 entries'],
    ['refuses with an empty code', () => rejectRequest('', 'y'), 'is empty'],
  ])('that %s is a rejection, once and for all', async (_, run, message) => {
    const failing = await open({ bad: decide(run as (states: HandlerStates) => unknown) });
    const { outcome, rejection, position } = await failing.submit({ id: 'x', type: 'bad', payload: 1 });
    expect({ outcome, position, code: rejection?.code }).toEqual({
      outcome: 'rejected',
      position: 1,
      code: 'HANDLER_FAILED',
    });
    expect(rejection?.reason).toContain(message);
    const again = await failing.submit({ id: 'x', type: 'bad', payload: 1 });
    expect(again).toMatchObject({ duplicate: true, rejection: { code: 'HANDLER_FAILED', reason: rejection?.reason } });
    expect(await failing.submit({ type: 'fine', changes: [{ op: 'add', key: 'n', value: 1 }] })).toMatchObject({
      outcome: 'committed',
      position: 2,
    });
    expect(await failing.rescanVerify()).toMatchObject({ ok: true });
  });

  it.each<[string, string, (states: HandlerStates) => unknown, string]>([
    ['an empty key', 'KEY_INVALID', () => [{ op: 'delete', key: '' }], 'decide()[0].key'],
    ['a key of a control character', 'KEY_INVALID', () => [{ op: 'delete', key: 'a\nb' }], 'control character'],
    [
      'a refusal of a number',
      'KEY_INVALID',
      () => ({ rejected: true, code: 'X', reason: 'y', key: 5 }),
      'text is needed',
    ],
    ['a refusal of a long key', 'KEY_INVALID', () => rejectRequest('X', 'y', 'k'.repeat(600)), 'over 512 bytes'],
    ['a refusal of a bad key', 'KEY_INVALID', () => rejectRequest('X', 'y', 'a\u0000b'), 'control character'],
    ['a look at a long key', 'KEY_INVALID', (states) => states.get('x'.repeat(2000)), 'over 512 bytes'],
    ['a forbidden key', 'JSON_FORBIDDEN_KEY', () => [set(JSON.parse('{"constructor":1}'))], 'key constructor'],
    ['half a character', 'JSON_UNPAIRED_SURROGATE', () => [set('\ud83d')], 'half of a surrogate pair'],
    [
      'much in itself',
      'JSON_TOO_DEEP',
      () => [set(JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`))],
      'deeper than 64',
    ],
    ['a large value', 'VALUE_OVERSIZED', () => [set('x'.repeat(1_100_000))], 'over the limit'],
  ])('that makes of its payload %s is a rejection of what was asked for: %s', async (_, code, run, message) => {
    const passing = await open({ pass: decide(run) });
    const { outcome, rejection } = await passing.submit({ type: 'pass', payload: 1 });
    expect({ outcome, code: rejection?.code }).toEqual({ outcome: 'rejected', code });
    expect(rejection?.reason).toContain(message);
    expect(await passing.rescanVerify()).toMatchObject({ ok: true });
  });

  function set(value: JsonValue): Change {
    return { op: 'set', key: 'k', value };
  }

  it('keeps a bounded part of an endless message', async () => {
    const talking = await open({
      long: decide(() => {
        throw new Error('x'.repeat(100_000));
      }),
    });
    const { rejection } = await talking.submit({ type: 'long' });
    expect(rejection?.reason).toHaveLength(2000);
  });

  it('that returns a change which cannot be applied leaves none of its changes', async () => {
    const half = await open({
      half: decide(() => [
        { op: 'claim', key: 'seat' },
        { op: 'append', key: 'list', value: [1] },
        { op: 'add', key: 'list', value: 1 },
      ]),
    });
    const { rejection } = await half.submit({ type: 'half' });
    expect(rejection).toMatchObject({ code: 'VALUE_MISMATCH', key: 'list' });
    expect(await half.get('seat')).toBeUndefined();
    expect(await half.get('list')).toBeUndefined();
    expect((await half.head()).counts).toMatchObject({ keys: 0, rejected: 1, committed: 0 });
  });

  it('takes a payload in place of changes, and says so', async () => {
    const strict = await open({ only: decide(() => []) });
    await expect(strict.submit({ type: 'only', changes: [{ op: 'delete', key: 'k' }] })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { path: 'changes' },
    });
  });
});

describe('authorize', () => {
  it('refuses with DENIED, or as it says, before anything else runs', async () => {
    let ran = 0;
    const guarded = await open({
      secret: {
        authorize: ({ actor }) => (actor === 'eve' ? rejectRequest('BANNED', 'for ever') : actor === 'root'),
        decide() {
          ran += 1;
          return [];
        },
      },
      broken: { authorize: () => 'yes' as unknown as boolean },
      later: { authorize: (async () => true) as unknown as () => boolean },
    });
    const codes = [];
    for (const actor of ['ann', 'eve', 'root'])
      codes.push((await guarded.submit({ type: 'secret', actor })).rejection?.code);
    codes.push((await guarded.submit({ type: 'secret' })).rejection?.code);
    codes.push((await guarded.submit({ type: 'broken' })).rejection?.code);
    codes.push((await guarded.submit({ type: 'later' })).rejection?.code);
    expect(codes).toEqual(['DENIED', 'BANNED', undefined, 'DENIED', 'HANDLER_FAILED', 'HANDLER_FAILED']);
    expect(ran).toBe(1);
  });

  it('stands before the changes that a request carries itself', async () => {
    const guarded = await open({ open: { authorize: ({ actor }) => actor === 'root' } });
    const changes = [{ op: 'add', key: 'n', value: 1 }] as const;
    await guarded.submit({ type: 'open', actor: 'ann', changes });
    await guarded.submit({ type: 'open', actor: 'root', changes });
    expect(await guarded.get('n')).toMatchObject({ value: 1, applied: 1 });
  });
});

describe('what user code gets', () => {
  it('cannot be changed by it, and what it keeps changes nothing later', async () => {
    const kept: { value: { list: number[] }; payload: { deep: { n: number } } }[] = [];
    const attempts: string[] = [];
    const attempt = (name: string, run: () => void) => {
      try {
        run();
        attempts.push(name);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    };
    const own = { op: 'set' as const, key: 'own', value: { list: [1] } };
    const mean = await open({
      set: {},
      mean: {
        decide(request, states) {
          const state = states.get('k') as unknown as { value: { list: number[] }; version: number };
          const payload = request.payload as { deep: { n: number } };
          attempt('version', () => Object.assign(state, { version: 9 }));
          attempt('value', () => void state.value.list.push(2));
          attempt('payload', () => Object.assign(payload.deep, { n: 2 }));
          attempt('request', () => Object.assign(request, { type: 'other' }));
          kept.push({ value: state.value, payload });
          return [own];
        },
      },
    });
    await mean.submit({ type: 'set', changes: [{ op: 'set', key: 'k', value: { list: [1] } }] });
    await mean.submit({ id: 'm', type: 'mean', payload: { deep: { n: 1 } } });
    own.value.list.push(2);
    expect(attempts).toEqual([]);
    expect(kept).toHaveLength(1);
    expect(await mean.get('k')).toMatchObject({ value: { list: [1] } });
    expect(await mean.get('own')).toMatchObject({ value: { list: [1] } });
    expect(await mean.rescanVerify()).toMatchObject({ ok: true });
  });

  it('shows owners, versions and reservations that ran out as free, which the log then says', async () => {
    const seen: unknown[] = [];
    const taking = await open({
      reserve: {},
      take: {
        decide(_, states) {
          const state = states.get('seat');
          seen.push(state && { owner: state.owner?.id, version: state.version });
          return state ? rejectRequest('TAKEN', 'taken', 'seat') : [{ op: 'claim', key: 'seat', value: 1 }];
        },
      },
    });
    await taking.submit({ id: 'p', type: 'reserve', changes: [{ op: 'claim', key: 'seat', pending: 2 }] });
    expect((await taking.submit({ id: 't1', type: 'take' })).rejection?.code).toBe('TAKEN');
    world.time += 2_000;
    expect(await taking.get('seat')).toMatchObject({ owner: { id: 'p' }, pending: { expired: true } });
    expect((await taking.submit({ id: 't2', type: 'take' })).outcome).toBe('committed');
    expect(seen).toEqual([{ owner: 'p', version: 1 }, undefined]);
    expect(await taking.transaction(3)).toMatchObject({
      type: 'txlog.expire',
      changes: [{ op: 'expire', key: 'seat' }],
    });
    expect(await taking.get('seat')).toMatchObject({ owner: { id: 't2', position: 4 }, version: 3 });
  });

  it('reads of a handler that refuses after it saw an expired reservation are logged the same', async () => {
    const looking = await open({
      reserve: {},
      look: decide((states) => rejectRequest('SAW', String(states.get('seat') === undefined))),
    });
    await looking.submit({ type: 'reserve', changes: [{ op: 'claim', key: 'seat', pending: 1 }] });
    world.time += 1_000;
    expect((await looking.submit({ type: 'look' })).rejection?.reason).toBe('true');
    expect((await looking.transaction(2)).type).toBe('txlog.expire');
    expect(await looking.get('seat')).toBeUndefined();
  });
});

describe('reducers', () => {
  const max: RequestType = {
    reducers: {
      max: (value, argument) => Math.max((value as number | undefined) ?? 0, argument as number),
      odd: () => new Map() as unknown as JsonValue,
      late: (() => Promise.reject(new Error('late'))) as unknown as () => JsonValue,
      boom: () => {
        throw new Error('of the reducer');
      },
    },
  };
  const reduce = (reducer: string, value: JsonValue, key = 'best'): Change => ({ op: 'reduce', key, reducer, value });

  it('fold their argument into the value, after the earlier changes of the request', async () => {
    const scoring = await open({ score: max });
    await scoring.submit({ type: 'score', changes: [reduce('max', 7)] });
    await scoring.submit({ id: 's', type: 'score', changes: [{ op: 'set', key: 'best', value: 3 }, reduce('max', 2)] });
    expect(await scoring.get('best')).toMatchObject({ value: 3, version: 2 });
    expect((await scoring.transaction('s')).changes[1]).toEqual({ ...reduce('max', 2), result: 3 });
    const again = await scoring.submit({
      id: 's',
      type: 'score',
      changes: [{ op: 'set', key: 'best', value: 3 }, reduce('max', 2)],
    });
    expect(again.duplicate).toBe(true);
  });

  it.each(['none', 'toString', 'constructor'])(
    '%s, which the app has not, refuses the request undecided',
    async (name) => {
      const scoring = await open({ score: max });
      const changes = [{ op: 'add' as const, key: 'n', value: 1 }, reduce(name, 1)];
      await expect(scoring.submit({ type: 'score', changes })).rejects.toMatchObject({ code: 'TYPE_UNKNOWN' });
      expect((await scoring.head()).position).toBe(0);
    },
  );

  it.each(['odd', 'late', 'boom'])('%s is refused as a whole', async (name) => {
    const scoring = await open({ score: max });
    const changes = [{ op: 'add' as const, key: 'n', value: 1 }, reduce(name, 1)];
    expect((await scoring.submit({ type: 'score', changes })).rejection?.code).toBe('HANDLER_FAILED');
    expect(await scoring.get('n')).toBeUndefined();
  });

  it('are not needed to read the log: a handle without the app answers the same', async () => {
    const storage = openMemoryStorage();
    const scoring = await openOn(storage, { app: { requests: { score: max } }, bound: Number.POSITIVE_INFINITY });
    await scoring.submit({ id: 's', type: 'score', changes: [reduce('max', 7)] });
    const plain = await openOn(storage);
    expect(await plain.get('best')).toEqual(await scoring.get('best'));
    expect(await plain.rescanVerify()).toMatchObject({ ok: true });
    const again = plain.submit({ type: 'score', changes: [reduce('max', 1)] });
    await expect(again).rejects.toMatchObject({ code: 'TYPE_UNKNOWN' });
  });
});

describe('compensate', () => {
  it('gets a copy of the record, and its changes are applied like any', async () => {
    let given: StoredRecord | undefined;
    const undoing = await open({
      buy: {
        compensate(record) {
          given = record;
          (record.changes as Change[]).length = 0;
          return [{ op: 'append', key: 'log', value: [`undid ${record.id}`] }];
        },
      },
    });
    await undoing.submit({ id: 'b', type: 'buy', changes: [{ op: 'append', key: 'log', value: ['b'] }] });
    const receipt = await undoing.compensate('b');
    expect(given?.id).toBe('b');
    expect(await undoing.get('log')).toMatchObject({ value: ['b', 'undid b'] });
    expect(await undoing.compensate('b')).toMatchObject({ id: receipt.id, duplicate: true });
    expect((await undoing.transaction('b')).changes).toHaveLength(1);
  });
});
