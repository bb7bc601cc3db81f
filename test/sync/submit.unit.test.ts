// Goal: records of elsewhere are decided here, once each, under their own ids. Method: environments in memory, merged whole,
// in parts, twice, at once, with handlers and without, with conflicts of each kind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { defineApp, type ExportOptions, type ImportOptions, reject } from '../../src/index.ts';
import { keyText } from '../../src/layout/keys.ts';
import { dumpOf, fill, headOf, openEmpty, streamOf, take } from './dumps.ts';

let origin: Environment;
let target: Environment;
beforeEach(async () => {
  origin = await openEmpty();
  target = await openEmpty();
});
afterEach(async () => {
  await origin.close();
  await target.close();
});

const claim = (id: string, key: string, more: object = {}) => ({
  ...{ id, type: 'claim', ...more },
  changes: [{ op: 'claim' as const, key, value: id }],
});
const add = (id: string, key: string, value = 1) => ({
  ...{ id, type: 'add' },
  changes: [{ op: 'add' as const, key, value }],
});

/** Decides the records of a dump here. */
const submit = (env: Environment, dump: Buffer, options: ImportOptions = {}) =>
  take(env, dump, { mode: 'submit', ...options });

/** What came to `from` since the last time is decided in `to`. */
async function pass(from: Environment, to: Environment, options: ImportOptions = {}) {
  return submit(to, await dumpOf(from, { after: await to.sync.cursor(from.unit) }), options);
}

/** Values and owners, without positions and versions. */
async function statesOf(env: Environment): Promise<string> {
  const states: unknown[] = [];
  for await (const { key, kind, value, owner } of env.states()) states.push([key, kind, value, owner?.id]);
  return JSON.stringify(states);
}

/** All that a second run must leave as it is. */
const standing = async (env: Environment) => [await headOf(env), await env.sync.status(), await statesOf(env)];

const shop = defineApp({
  requests: {
    buy: {
      decide: ({ payload, id }, states) => {
        const { item } = payload as { item: string };
        const left = Number(states.get(`stock/${item}`)?.value ?? 0);
        if (left < 1) return reject('OUT_OF_STOCK', `no ${item} is left`, `stock/${item}`);
        return [
          { op: 'add', key: `stock/${item}`, value: -1 },
          { op: 'set', key: `sale/${id}`, value: { item } },
        ];
      },
    },
  },
});
const openShop = () => openEnvironment(':memory:', { create: true, app: shop });

describe('records of elsewhere', () => {
  it('are decided under their own ids, and a second run changes nothing', async () => {
    await target.submit(add('mine', 'sum/1'));
    await fill(origin, 40);
    const dump = await dumpOf(origin, { states: true });
    const report = await submit(target, dump);
    expect(report).toMatchObject({ mode: 'submit', read: 80, applied: 80, rejected: 23, duplicate: 0, complete: true });
    const [here, there] = [await target.transaction('r-7'), await origin.transaction('r-7')];
    expect(here).toMatchObject({ ...there, position: there.position + 1, time: here.time, digest: here.digest });
    const before = await standing(target);
    expect(await submit(target, dump)).toMatchObject({ applied: 0, duplicate: 80 });
    expect(await standing(target)).toEqual(before);
    expect((await target.rescanVerify()).problems).toEqual([]);
    expect((await target.verify()).problems).toEqual([]);
  });

  it('that claim a key which is owned here are rejected, naming its owner', async () => {
    await target.submit(claim('ours', 'email/ann'));
    await origin.submit(claim('theirs', 'email/ann'));
    await origin.submit(claim('other', 'email/bob'));
    expect(await pass(origin, target)).toMatchObject({ applied: 2, rejected: 1 });
    expect(await target.transaction('theirs')).toMatchObject({
      outcome: 'rejected',
      rejection: { code: 'KEY_OWNED', key: 'email/ann', owner: { id: 'ours', position: 1 } },
    });
    expect((await target.get('email/bob'))?.owner).toMatchObject({ id: 'other' });
  });

  it('are decided by the handlers of this environment', async () => {
    const [from, to] = [await openShop(), await openShop()];
    await from.submit(add('stock', 'stock/lamp', 2));
    for (const id of ['b-1', 'b-2', 'b-3']) await from.submit({ id, type: 'buy', payload: { item: 'lamp' } });
    await to.submit(add('returned', 'stock/lamp', 1));
    expect(await pass(from, to)).toMatchObject({ applied: 4, rejected: 0 });
    // There it was out of stock, here one more was there.
    expect(await from.transaction('b-3')).toMatchObject({ outcome: 'rejected' });
    expect(await to.transaction('b-3')).toMatchObject({ outcome: 'committed' });
    expect(await pass(to, from)).toMatchObject({ applied: 1, duplicate: 4 });
    await from.close();
    await to.close();
  });

  it('keep their actors, payloads, expectations and links', async () => {
    await origin.submit({
      ...{ ...add('a', 'n'), actor: 'ann', payload: { ä: 1 }, expect: [{ key: 'n', exists: false }] },
      ...{ correlation: 'order-7', causation: 'cart-1' },
    });
    await pass(origin, target);
    const { position: _, time: __, digest: ___, ...same } = await origin.transaction('a');
    expect(await target.transaction('a')).toMatchObject(same);
    // The expectation is met no more: the request is refused here as anywhere.
    const third = await openEmpty();
    await third.submit(add('before', 'n'));
    expect(await pass(origin, third)).toMatchObject({ rejected: 1 });
    await third.close();
  });

  it('of a partial dump are taken, and the rest of them later', async () => {
    await fill(origin, 10);
    const some = await dumpOf(origin, { filter: { types: ['set'] }, filterText: '--type set' });
    expect(await submit(target, some)).toMatchObject({ read: 10, applied: 10 });
    expect(await target.get('sum/1')).toBeUndefined();
    expect(await submit(target, await dumpOf(origin))).toMatchObject({ applied: 10, duplicate: 10 });
    expect(await statesOf(target)).toBe(await statesOf(origin));
  });

  it('undo here what they undid there', async () => {
    await origin.submit(add('a', 'n', 5));
    await origin.submit(add('b', 'n', 7));
    // One in the block of what it undoes, and one in a later dump.
    await origin.compensate('a', { id: 'undo-a', reason: 'wrong', actor: 'ann' });
    expect(await pass(origin, target)).toMatchObject({ applied: 3, rejected: 0 });
    await origin.compensate('b', { id: 'undo-b' });
    await target.submit(add('c', 'n', 1));
    await pass(origin, target);
    expect((await target.get('n'))?.value).toBe(1);
    expect(await target.transaction('undo-b')).toMatchObject({ compensates: 2, outcome: 'committed' });
    expect((await target.rescanVerify()).problems).toEqual([]);
    expect(await pass(target, origin)).toMatchObject({ applied: 1, duplicate: 4 });
    expect(await statesOf(target)).toBe(await statesOf(origin));
  });

  it('undo nothing where what they undid was not taken', async () => {
    await origin.submit(add('a', 'n', 5));
    await origin.compensate('a', { id: 'undo-a' });
    const dump = await dumpOf(origin, { filter: { from: 2 } });
    expect(await submit(target, dump)).toMatchObject({ applied: 1, rejected: 1 });
    expect(await target.transaction('undo-a')).toMatchObject({ rejection: { code: 'NOT_COMPENSABLE' } });
  });

  it('that the engine of their origin made are left to it', async () => {
    await origin.sessions.create('jobs', { n: 1 }, { id: 'job' });
    await origin.submit(add('a', 'n'));
    expect(await pass(origin, target)).toMatchObject({ read: 2, applied: 1, left: 1 });
    expect(await target.sync.cursor(origin.unit)).toBe(await origin.sync.cursor());
    expect(await target.sessions.get('job')).toBeUndefined();
  });

  it('may come from two at once, beside requests of our own', async () => {
    await fill(origin, 300, 'r', 500);
    const dump = await dumpOf(origin, { codec: 'null' });
    const own = fill(target, 50, 'own');
    const reports = await Promise.all([submit(target, dump), submit(target, dump)]);
    await own;
    expect(reports[0].applied + reports[1].applied).toBe(600);
    expect((await target.head()).position).toBe(700);
    expect((await target.rescanVerify()).problems).toEqual([]);
  });

  it('of a dump that was cut are taken up to the cut, and go on from there', async () => {
    await fill(origin, 300, 'r', 2_000);
    const dump = await dumpOf(origin, { codec: 'null' });
    await expect(submit(target, dump.subarray(0, dump.length * 0.7))).rejects.toMatchObject({
      code: 'DUMP_INCOMPLETE',
      details: { next: [expect.stringMatching(/sync export --after \S+ - \| txlog sync import --mode submit -$/)] },
    });
    const { position } = await target.head();
    expect(position).toBeGreaterThan(0);
    expect(await pass(origin, target)).toMatchObject({ applied: 600 - position, duplicate: 0 });
    expect(await statesOf(target)).toBe(await statesOf(origin));
  });

  it('are decided on a copy in a dry run', async () => {
    await fill(origin, 5);
    const dump = await dumpOf(origin);
    const report = await target.withFork((copy) => submit(copy, dump));
    expect(report).toMatchObject({ applied: 10 });
    expect((await target.head()).position).toBe(0);
    expect((await target.sync.status()).origins).toEqual([]);
  });
});

describe('a record that cannot be decided here', () => {
  beforeEach(async () => {
    await target.submit(add('same', 'n', 5));
    await origin.submit(add('before', 'n'));
    await origin.submit(add('same', 'n', 7));
    await origin.submit(add('after', 'n'));
  });

  it('stops the import: what came before it is durable', async () => {
    const refused = {
      code: 'REQUEST_ID_CONFLICT',
      message: expect.stringContaining(`record 2 of ${origin.unit}, "same"`),
    };
    await expect(pass(origin, target)).rejects.toMatchObject(refused);
    expect(await target.transaction('before')).toMatchObject({ outcome: 'committed' });
    await expect(target.transaction('after')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
    // Its block was not taken whole: the next run reads it again, and changes nothing.
    const before = await standing(target);
    await expect(pass(origin, target)).rejects.toMatchObject(refused);
    expect(await standing(target)).toEqual(before);
    // The log is the origin's own matter: nothing there was ever overwritten.
    expect((await target.get('n'))?.value).toBe(6);
  });

  it('is skipped, and found again by a later run of the whole dump', async () => {
    const dump = await dumpOf(origin);
    expect(await submit(target, dump, { onConflict: 'skip' })).toMatchObject({
      applied: 2,
      skipped: 1,
      complete: true,
    });
    expect((await target.get('n'))?.value).toBe(7);
    const before = await standing(target);
    expect(await submit(target, dump, { onConflict: 'skip' })).toMatchObject({ applied: 0, skipped: 1, duplicate: 2 });
    expect(await standing(target)).toEqual(before);
    await expect(submit(target, dump)).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
  });

  it('is parked with its request and the reason, once', async () => {
    const dump = await dumpOf(origin);
    expect(await submit(target, dump, { onConflict: 'park' })).toMatchObject({ applied: 2, parked: 1 });
    const id = `sync/${origin.unit}/2`;
    expect(await target.sessions.get(id)).toMatchObject({
      status: 'parked',
      error: expect.stringMatching(/^REQUEST_ID_CONFLICT: /),
    });
    expect(await target.sessions.data(id)).toMatchObject([
      { origin: origin.unit, position: '2', code: 'REQUEST_ID_CONFLICT', request: add('same', 'n', 7) },
    ]);
    // A person has seen to it: it does not come back.
    await target.sessions.remove(id);
    const before = await standing(target);
    expect(await submit(target, dump)).toMatchObject({ applied: 0, duplicate: 3 });
    expect(await standing(target)).toEqual(before);
  });
});

it.each([
  ['TYPE_UNKNOWN', { id: 'b', type: 'buy', payload: { item: 'lamp' } }, {}],
  [
    'PAYLOAD_INVALID',
    { id: 'b', type: 'note', payload: { text: 7 }, changes: [] },
    { note: { schema: { type: 'object', properties: { text: { type: 'string' } } }, decide: () => [] } },
  ],
  ['REQUEST_INVALID', add('b', 'n'), { add: { decide: () => [] } }],
])('what lacks its handler here, or does not fit it, is no rejection: %s', async (code, request, requests) => {
  const loose = defineApp({ requests: { buy: { decide: () => [] }, note: { decide: () => [] } } });
  const from = await openEnvironment(':memory:', { create: true, app: loose });
  const to = await openEnvironment(':memory:', { create: true, app: defineApp({ requests }) });
  await from.submit(request);
  await from.submit(claim('next', 'k'));
  await expect(pass(from, to)).rejects.toMatchObject({ code });
  expect((await to.head()).position).toBe(0);
  expect(await pass(from, to, { onConflict: 'skip' })).toMatchObject({ skipped: 1, applied: 1 });
  await from.close();
  await to.close();
});

describe('a dump that does not go on where the last one ended is refused', () => {
  beforeEach(() => fill(origin, 10));

  it('with SYNC_GAP when records are missed, naming the cursor', async () => {
    await submit(target, await dumpOf(origin, { filter: { to: 5 } }));
    const late = await dumpOf(origin, { filter: { from: 11 } });
    await expect(submit(target, late)).rejects.toMatchObject({
      code: 'SYNC_GAP',
      details: { next: [`txlog sync export --after ${await target.sync.cursor(origin.unit)}`] },
    });
    // Who takes a part at first, takes it.
    const third = await openEmpty();
    expect(await submit(third, late)).toMatchObject({ applied: 10 });
    await third.close();
  });

  it('with SYNC_FORK when the origin has another log now', async () => {
    const [mirror, restored] = [await openEmpty(), await openEmpty()];
    await take(mirror, await dumpOf(origin));
    await take(restored, await dumpOf(origin));
    await mirror.sync.promote({ reason: 'test' });
    await mirror.submit(add('one', 'n'));
    await restored.sync.promote({ reason: 'test' });
    await restored.submit(add('another', 'n'));
    const renamed = async (env: Environment) => {
      const text = (await dumpOf(env, { codec: 'null' })).toString('latin1');
      return Buffer.from(text.replaceAll(env.unit, origin.unit), 'latin1');
    };
    await submit(target, await renamed(mirror), { unsealed: true });
    const forked = submit(target, await renamed(restored), { unsealed: true });
    await expect(forked).rejects.toMatchObject({ code: 'SYNC_FORK' });
    await mirror.close();
    await restored.close();
  });

  it('with ENV_MIRROR in a mirror, before anything is read', async () => {
    const dump = await dumpOf(origin);
    await take(target, dump);
    await expect(submit(target, dump)).rejects.toMatchObject({ code: 'ENV_MIRROR' });
  });
});

describe('two environments that both write', () => {
  it('come to the same states when each is passed on to the other, again and again', async () => {
    const envs = [origin, target] as const;
    for (let round = 0; round < 4; round++) {
      for (const [i, env] of envs.entries()) {
        await fill(env, 8, `${i}-${round}`);
        await env.submit(claim(`own-${i}-${round}`, `own/${i}/${round}`));
        await env.submit(add(`sum-${i}-${round}`, `shared/${round % 2}`, i + 1));
        if (round > 0) await env.compensate(`sum-${i}-${round - 1}`, { id: `undo-${i}-${round}` });
      }
      await pass(origin, target);
      await pass(target, origin);
    }
    const [a, b] = [await headOf(origin), await headOf(target)];
    expect(a.position).toBe(b.position);
    // What both added to is the same sum, in whatever order; what each owns is its own.
    for (const prefix of ['own/', 'shared/']) {
      for await (const { key, value } of origin.states({ prefix }))
        expect((await target.get(key))?.value).toEqual(value);
    }
    for (let again = 0; again < 3; again++) {
      expect(await pass(origin, target)).toMatchObject({ applied: 0 });
      expect(await pass(target, origin)).toMatchObject({ applied: 0 });
    }
    // What only came back is behind the cursors as well.
    expect(await pass(origin, target)).toMatchObject({ read: 0 });
    expect(await pass(target, origin)).toMatchObject({ read: 0 });
    expect([await headOf(origin), await headOf(target)]).toEqual([a, b]);
    for (const env of envs) expect((await env.rescanVerify()).problems).toEqual([]);
  });

  it('follow one another live, and what comes back makes no record', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const feeds = [
      target.sync.import(origin.sync.export({ follow: true, signal }), { mode: 'submit' }),
      origin.sync.import(target.sync.export({ follow: true, signal }), { mode: 'submit' }),
    ];
    for (let i = 0; i < 5; i++) {
      await origin.submit(add(`o-${i}`, 'n', 1));
      await target.submit(add(`t-${i}`, 'n', 10));
    }
    const values = async () => [(await origin.get('n'))?.value, (await target.get('n'))?.value];
    for (let looks = 0; looks < 400 && `${await values()}` !== '55,55'; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    const reports = await Promise.all(feeds);
    expect(reports.map(({ applied }) => applied)).toEqual([5, 5]);
    expect([(await origin.head()).position, (await target.head()).position]).toEqual([10, 10]);
    expect(await values()).toEqual([55, 55]);
  });

  it('and both claimed a key keep their own owners, and each log says so', async () => {
    await origin.submit(claim('a', 'email/ann'));
    await target.submit(claim('b', 'email/ann'));
    for (let again = 0; again < 3; again++) {
      await pass(origin, target);
      await pass(target, origin);
    }
    expect([(await origin.head()).position, (await target.head()).position]).toEqual([2, 2]);
    expect(await origin.transaction('b')).toMatchObject({ rejection: { code: 'KEY_OWNED', owner: { id: 'a' } } });
    expect(await target.transaction('a')).toMatchObject({ rejection: { code: 'KEY_OWNED', owner: { id: 'b' } } });
  });

  it('may be a mirror that was promoted, and its origin that went on', async () => {
    await fill(origin, 5);
    await origin.submit(add('early', 'n', 3));
    await take(target, await dumpOf(origin));
    await target.sync.promote({ reason: 'the line is cut' });
    await target.submit(add('there', 'n', 10));
    await origin.submit(add('here', 'n', 100));
    await origin.compensate('early', { id: 'undo' });
    expect(await pass(origin, target)).toMatchObject({ applied: 2, duplicate: 0 });
    expect(await pass(target, origin)).toMatchObject({ applied: 1, left: 1 });
    expect(await statesOf(origin)).toBe(await statesOf(target));
    expect((await origin.get('n'))?.value).toBe(110);
    expect(await target.sync.position(origin.unit, 3)).toBe(3);
    expect(await target.sync.position(origin.unit, 12)).toBe(14);
  });
});

describe('a reservation that ran out at its origin', () => {
  const reserve = (id: string, key: string) => ({
    ...{ id, type: 'reserve' },
    changes: [{ op: 'claim' as const, key, value: id, pending: 60 }],
  });
  let now = Date.parse('2026-01-31T12:00:00Z');
  let from: Environment;
  beforeEach(async () => {
    from = await openEnvironment(':memory:', { create: true, clock: { ...systemClock, now: () => now } });
    await from.submit(reserve('first', 'seat/1'));
    await from.submit(reserve('kept', 'seat/2'));
    const confirm = { op: 'confirm' as const, key: 'seat/2', owner: 'kept' };
    await from.submit({ id: 'paid', type: 'pay', changes: [confirm] });
    now += 61_000;
    await from.submit(reserve('second', 'seat/1'));
    await from.submit(claim('too-late', 'seat/2'));
  });
  afterEach(() => from.close());

  it('has run out here too, although it is young here', async () => {
    expect(await pass(from, target)).toMatchObject({ read: 6, applied: 5, rejected: 1, left: 1 });
    expect((await target.get('seat/1'))?.owner).toMatchObject({ id: 'second' });
    expect((await target.get('seat/2'))?.owner).toMatchObject({ id: 'kept' });
    expect((await target.rescanVerify()).problems).toEqual([]);
    const before = await standing(target);
    await submit(target, await dumpOf(from));
    expect(await standing(target)).toEqual(before);
  });

  it('has run out in a masked copy, whose dump has no records of the engine', async () => {
    const dump = await dumpOf(from, { mask: (record) => record });
    expect(await submit(target, dump)).toMatchObject({ read: 5, applied: 5, rejected: 1 });
    expect((await target.get('seat/1'))?.owner).toMatchObject({ id: 'second' });
  });

  it.each([
    ['whole', {}],
    ['masked', { mask: (record) => record }],
    ['partial', { filter: { types: ['reserve'] } }],
  ] as readonly (readonly [string, ExportOptions])[])('has run out for a later dump too: %s', async (_, options) => {
    const kept = async () => {
      const names = await target.read(({ snapshot }) => [...snapshot.range('cursors')].map(({ key }) => keyText(key)));
      return names.filter((name) => name.startsWith('\u0001open/')).length;
    };
    const passOn = async (from: Environment) =>
      submit(target, await dumpOf(from, { ...options, after: await target.sync.cursor(from.unit) }));
    await from.submit(reserve('third', 'seat/3'));
    await passOn(from);
    expect(await kept()).toBe(2);
    now += 30_000;
    await from.submit(reserve('too-early', 'seat/3'));
    expect(await passOn(from)).toMatchObject({ applied: 1, rejected: 1 });
    now += 31_000;
    await from.submit(reserve('fourth', 'seat/3'));
    expect(await passOn(from)).toMatchObject({ applied: 1, rejected: 0 });
    expect((await target.get('seat/3'))?.owner).toMatchObject({ id: 'fourth' });
    // Only the end that is to come is kept.
    expect(await kept()).toBe(1);
    expect((await target.verify()).problems).toEqual([]);
    expect((await target.rescanVerify()).problems).toEqual([]);
  });

  it('frees no key that another request owns here', async () => {
    await target.submit(reserve('ours', 'seat/1'));
    expect(await pass(from, target)).toMatchObject({ applied: 5, rejected: 3 });
    expect((await target.get('seat/1'))?.owner).toMatchObject({ id: 'ours' });
  });
});

it('a record of elsewhere is found by its position there', async () => {
  await target.submit(add('mine', 'n'));
  await fill(origin, 200);
  await pass(origin, target);
  for (const position of [1, 127, 128, 129, 400]) {
    expect(await target.sync.position(origin.unit, position)).toBe(position + 1);
  }
  await expect(target.sync.position(origin.unit, 401)).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
});

it('a request that only an engine could have written is not taken from a dump', async () => {
  // The frame is whole and says nothing; what the record asks for is what step 1 refuses.
  await origin.submit(add('a', 'n'));
  const text = (await dumpOf(origin, { codec: 'null' })).toString('latin1');
  const forged = Buffer.from(
    text.replace('{"op":"add","key":"n","value":1}', '{"op":"expire","key":"nnnnnnn"} '),
    'latin1',
  );
  await expect(submit(target, forged, { unsealed: true })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await expect(target.sync.import(streamOf(forged), { mode: 'submit' })).rejects.toMatchObject({
    code: 'DUMP_DAMAGED',
  });
});
