// Goal: one request, one outcome for ever; batches keep order, bounds and atomicity; nothing that callers hold on to is
// what the engine holds. Method: one handle, and what it answers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/base/json.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { Request, RequestInput } from '../../src/core/log/request.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type Answer, BatchQueue, type Submission } from '../../src/pipeline/2-batch.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const world = { time: 1_700_000_000_000 };
let files: MemoryFiles;
let storage: FaultyStorage;
let env: Environment;

beforeEach(async () => {
  files = new MemoryFiles();
  storage = new FaultyStorage(openMemoryStorage(files));
  env = await openOn(storage, { clock: new SteeredClock(world) });
});

afterEach(() => env.close());

const set = (id: string, key: string, value: JsonValue, more: Partial<RequestInput> = {}): RequestInput => ({
  id,
  type: 'set',
  changes: [{ op: 'set', key, value }],
  ...more,
});

const submitAll = (requests: RequestInput[], atomic = false) =>
  env.submitChecked(
    requests.map((request) => env.check(request)),
    { atomic },
  );
const summary = (answer: Answer) =>
  answer.type === 'error'
    ? answer.error.code
    : `${answer.receipt.outcome} ${answer.receipt.rejection?.code ?? ''}`.trim();

describe('the same request', () => {
  it('gets the same receipt for ever, rejections included, in any form that means the same', async () => {
    const claim = (id: string): RequestInput => ({
      id,
      type: 'c',
      changes: [{ op: 'claim', key: 'k', value: { a: 1, b: 2 } }],
    });
    const first = await env.submit(claim('one'));
    const refused = await env.submit(claim('two'));
    expect(refused).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'KEY_OWNED', owner: { id: 'one', position: 1 } },
    });
    await env.submit({ type: 'r', changes: [{ op: 'release', key: 'k', owner: 'one' }] });
    world.time += 1_000;
    expect(await env.submit(claim('one'))).toEqual({ ...first, duplicate: true });
    expect(await env.submit(claim('two'))).toEqual({ ...refused, duplicate: true });
    const reordered = { id: 'one', type: 'c', changes: [{ value: { b: 2, a: 1 }, key: 'k', op: 'claim' as const }] };
    expect(await env.submit(reordered)).toEqual({ ...first, duplicate: true });
    expect((await env.head()).position).toBe(3);
  });

  it.each<[string, Partial<RequestInput>]>([
    ['another type', { type: 'other' }],
    ['another actor', { actor: 'eve' }],
    ['a payload', { payload: null }],
    ['another value', { changes: [{ op: 'set', key: 'k', value: 2 }] }],
    ['another key', { changes: [{ op: 'set', key: 'l', value: 1 }] }],
    ['no changes', { changes: [] }],
    ['an expectation', { expect: [{ key: 'k', version: 0 }] }],
  ])('with %s is a conflict, and changes nothing', async (_, more) => {
    await env.submit(set('one', 'k', 1));
    await expect(env.submit({ ...set('one', 'k', 1), ...more })).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    expect((await env.head()).position).toBe(1);
    expect(await env.get('k')).toMatchObject({ value: 1, version: 1 });
  });

  it('is the same when a program leaves optional fields undefined', async () => {
    const request = {
      id: 'one',
      type: 'c',
      changes: [{ op: 'claim', key: 'k', value: undefined, pending: undefined }],
    };
    await env.submit(request as unknown as RequestInput);
    expect(await env.submit(request as unknown as RequestInput)).toMatchObject({ duplicate: true });
  });

  it('twice in one batch is logged once', async () => {
    const answers = await submitAll([set('one', 'k', 1), set('one', 'k', 1), set('one', 'k', 2)]);
    expect(answers.map(summary)).toEqual(['committed', 'committed', 'REQUEST_ID_CONFLICT']);
    expect(answers.map((answer) => answer.type === 'receipt' && answer.receipt.duplicate)).toEqual([
      false,
      true,
      false,
    ]);
    expect((await env.head()).position).toBe(1);
  });

  it('from many callers at once is logged once', async () => {
    const receipts = await Promise.all(Array.from({ length: 50 }, () => env.submit(set('one', 'k', 1))));
    expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(receipts.map(({ position }) => position))).toEqual(new Set([1]));
  });
});

describe('a batch', () => {
  it('of callers at once is one commit, each on what the ones before left', async () => {
    const before = storage.writes;
    const receipts = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        env.submit({ id: `r${i}`, type: 'c', changes: [{ op: 'claim', key: 'seat' }] }),
      ),
    );
    expect(storage.writes - before).toBe(1);
    expect(receipts.map(({ position }) => position)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    expect(receipts.map(({ rejection }) => rejection?.owner?.id)).toEqual([undefined, ...Array(63).fill('r0')]);
  });

  it('is cut at its bounds of records and bytes, and keeps the order', async () => {
    const queue = new BatchQueue();
    const unit = (requests: number, bytes: number): Submission => ({
      requests: Array(requests).fill({ bytes } as Request),
      atomic: false,
      drafts: [],
      settle() {},
      fail() {},
    });
    const half = limits.batchBytesMax / 2;
    const units = [unit(600, 1), unit(500, 1), unit(5_000, 1), unit(1, half), unit(1, half), unit(1, 1), unit(1, 2)];
    for (const each of units) queue.add(each);
    const sizes = [];
    while (!queue.isEmpty) sizes.push(queue.take().length);
    expect(sizes).toEqual([1, 1, 1, 2, 2]);
    expect(queue.take()).toEqual([]);
  });

  it('makes callers wait instead of filling the memory, and lets them go on in order', async () => {
    const many = Array.from({ length: limits.queueRequestsMax + 2_000 }, (_, i) =>
      env.submit(set(`r${i}`, `k${i % 7}`, i)),
    );
    const receipts = await Promise.all(many);
    expect(receipts.map(({ position }) => position)).toEqual(receipts.map((_, i) => i + 1));
    for (let i = 0; i < 7; i++) expect((await env.get(`k${i}`))?.value).toBeGreaterThan(limits.queueRequestsMax);
  }, 30_000);

  it('takes what was submitted before a close, and nothing after', async () => {
    const before = env.submit(set('a', 'k', 1));
    const closed = env.close();
    await expect(env.submit(set('b', 'k', 2))).rejects.toMatchObject({ code: 'ENV_CLOSED' });
    expect((await before).outcome).toBe('committed');
    await closed;
    env = await openOn(openMemoryStorage(files));
    expect(await env.get('k')).toMatchObject({ value: 1, version: 1 });
  });
});

describe('an atomic unit', () => {
  it('is logged as a whole, in its order', async () => {
    const answers = await submitAll([set('a', 'k', 1), set('b', 'k', 2, { expect: [{ key: 'k', version: 1 }] })], true);
    expect(answers.map(summary)).toEqual(['committed', 'committed']);
    expect(await env.get('k')).toMatchObject({ value: 2, version: 2 });
  });

  it('is not logged at all when one of it is refused, wherever', async () => {
    const bad = set('bad', 'k', 0, { expect: [{ key: 'k', exists: true }] });
    for (const [i, requests] of [
      [bad, set('x', 'l', 1)],
      [set('x', 'l', 1), bad],
      [set('x', 'l', 1), bad, set('y', 'm', 1)],
    ].entries()) {
      const answers = await submitAll(requests, true);
      const expected = requests.map(({ id }) =>
        id === 'bad' ? 'rejected EXPECTATION_FAILED' : 'rejected ATOMIC_ABORTED',
      );
      expect(answers.map(summary), String(i)).toEqual(expected);
      for (const answer of answers) expect(answer.type === 'receipt' && answer.receipt.position).toBe(0);
      expect((await env.head()).position).toBe(0);
    }
    expect((await submitAll([set('x', 'l', 1)], true)).map(summary)).toEqual(['committed']);
  });

  it('is refused for a conflict within it, too', async () => {
    await env.submit(set('a', 'k', 1));
    const answers = await submitAll([set('b', 'l', 1), set('a', 'k', 2)], true);
    expect(answers.map(summary)).toEqual(['rejected ATOMIC_ABORTED', 'REQUEST_ID_CONFLICT']);
    expect(await env.find('b')).toBeUndefined();
  });

  it('may be repeated: what is there is a duplicate', async () => {
    await submitAll([set('a', 'k', 1), set('b', 'l', 1)], true);
    const answers = await submitAll([set('a', 'k', 1), set('b', 'l', 1), set('c', 'm', 1)], true);
    expect(answers.map((answer) => answer.type === 'receipt' && answer.receipt.duplicate)).toEqual([true, true, false]);
  });

  it('that aborts leaves the other units of its batch as they were decided', async () => {
    const [first, aborted, last] = await Promise.all([
      submitAll([set('a', 'k', 1)]),
      submitAll([set('b', 'k', 2), set('c', 'k', 3, { expect: [{ key: 'k', version: 9 }] })], true),
      submitAll([set('d', 'k', 4, { expect: [{ key: 'k', version: 1 }] })]),
    ]);
    expect([first, aborted, last].map((answers) => answers.map(summary))).toEqual([
      ['committed'],
      ['rejected ATOMIC_ABORTED', 'rejected EXPECTATION_FAILED'],
      ['committed'],
    ]);
    expect(await env.get('k')).toMatchObject({ value: 4, version: 2, position: 2 });
    expect((await env.head()).counts).toMatchObject({ committed: 2, rejected: 0, shared: 1, keys: 1 });
  });

  it('has a bound', async () => {
    const request = env.check({ type: 't' });
    const many = Array(limits.atomicRequestsMax + 1).fill(request);
    await expect(env.submitChecked(many, { atomic: true })).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' });
  });
});

describe('a preview', () => {
  it('tells what would happen, and writes nothing', async () => {
    await env.submit(set('a', 'k', 1));
    const { writes } = storage;
    const requests = [set('b', 'k', 2), set('c', 'k', 3, { expect: [{ key: 'k', version: 2 }] }), set('a', 'k', 1)];
    const answers = await env.preview(requests.map((request) => env.check(request)));
    expect(answers.map(summary)).toEqual(['committed', 'committed', 'committed']);
    expect(storage.writes).toBe(writes);
    expect(await env.get('k')).toMatchObject({ value: 1, version: 1 });
    expect(await env.find('b')).toBeUndefined();
  });
});

describe('values', () => {
  it('are the log’s own: what a caller gave may change, and what a reader got cannot', async () => {
    const value = { list: [1] };
    const changes: Change[] = [{ op: 'set', key: 'k', value }];
    const submitted = env.submit({ id: 'a', type: 't', payload: value, changes });
    value.list.push(2);
    await submitted;
    value.list.push(3);
    const reading = await env.get('k');
    expect(reading?.value).toEqual({ list: [1] });
    const got = reading?.value as { list: number[] };
    expect(() => got.list.push(4)).toThrow(TypeError);
    expect((await env.transaction('a')).payload).toEqual({ list: [1] });
    expect(await env.rescanVerify()).toMatchObject({ ok: true });
  });

  it('of a request that confirms, replaces or releases its own claim are applied in order', async () => {
    const own: Change[] = [
      { op: 'claim', key: 'k', value: 1, pending: 5 },
      { op: 'confirm', key: 'k', owner: 'self' },
      { op: 'replace', key: 'k', owner: 'self', value: 2 },
    ];
    expect((await env.submit({ id: 'self', type: 't', changes: own })).outcome).toBe('committed');
    expect(await env.get('k')).toMatchObject({ value: 2, owner: { id: 'self', position: 1 }, version: 1 });
    const twice: Change[] = [
      { op: 'claim', key: 'l' },
      { op: 'claim', key: 'l' },
    ];
    const { rejection } = await env.submit({ id: 'twice', type: 't', changes: twice });
    expect(rejection).toMatchObject({ code: 'KEY_OWNED', owner: { id: 'twice' } });
    expect(await env.rescanVerify()).toMatchObject({ ok: true });
  });
});
