// Goal: a mirror is its origin, record by record; a dump joins on or is refused. Method: environments in memory, exported
// and taken over whole, in parts, cut, twice, at once and after they have gone separate ways.

import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { Operation } from '../../src/core/log/operation.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { defineApp, openEnvironment, readDump, verifyDump, type WorkEvent } from '../../src/index.ts';
import type { OperationOptions } from '../../src/sessions/sessions.ts';
import { dumpOf, entriesOf, fill, headOf, openEmpty, streamOf, take } from './dumps.ts';

let origin: Environment;
let mirror: Environment;
beforeEach(async () => {
  origin = await openEmpty();
  mirror = await openEmpty();
  await fill(origin, 40);
});
afterEach(async () => {
  await origin.close();
  await mirror.close();
});

const set = (key: string, id?: string) => ({
  ...given({ id }),
  type: 'set',
  changes: [{ op: 'set' as const, key, value: 1 }],
});

async function statesOf(env: Environment): Promise<string> {
  const states: unknown[] = [];
  for await (const state of env.states()) states.push(state);
  return JSON.stringify(states);
}

async function differences(a: Environment, b: Environment): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of (await a.sync.diff(b)).keys) keys.push(key);
  return keys;
}

describe('a mirror', () => {
  it('has the positions, ids, times, digests, states and totals of its origin', async () => {
    await origin.sessions.create('jobs', { n: 1 });
    const report = await take(mirror, await dumpOf(origin, { states: true }));
    expect(report).toMatchObject({ read: 81, applied: 81, duplicate: 0, complete: true });
    expect(await headOf(mirror)).toEqual(await headOf(origin));
    expect(await statesOf(mirror)).toBe(await statesOf(origin));
    expect(await differences(origin, mirror)).toEqual([]);
    const [ours, theirs] = [await mirror.transaction('r-7'), await origin.transaction('r-7')];
    expect(ours).toEqual(theirs);
    expect((await mirror.rescanVerify()).problems).toEqual([]);
    expect((await mirror.sessions.queue('jobs')).name).toBe('jobs');
  });

  it('is the same after a second run, which changes nothing', async () => {
    const dump = await dumpOf(origin);
    await take(mirror, dump);
    const before = [await headOf(mirror), await mirror.sync.status()];
    expect(await take(mirror, dump)).toMatchObject({ applied: 0, duplicate: 80 });
    expect([await headOf(mirror), await mirror.sync.status()]).toEqual(before);
  });

  it('goes on from its cursor, and knows how far behind it was', async () => {
    await take(mirror, await dumpOf(origin, { filter: { to: 50 } }));
    expect(await mirror.sync.status()).toMatchObject({
      mirror: { origin: origin.unit },
      origins: [{ origin: origin.unit, mode: 'mirror', lag: { records: 30 } }],
    });
    const rest = await dumpOf(origin, { after: await mirror.sync.cursor() });
    expect(await take(mirror, rest)).toMatchObject({ read: 30, applied: 30 });
    expect(await mirror.sync.status()).toMatchObject({ origins: [{ lag: { records: 0, seconds: 0 } }] });
    expect(await headOf(mirror)).toEqual(await headOf(origin));
  });

  it('takes a dump that was cut as far as it goes, and the whole one from there', async () => {
    await fill(origin, 200, 'more', 8_000);
    const dump = await dumpOf(origin, { codec: 'null' });
    const cut = dump.subarray(0, Math.floor(dump.length * 0.7));
    const failed = take(mirror, cut);
    await expect(failed).rejects.toMatchObject({
      code: 'DUMP_INCOMPLETE',
      details: { next: [expect.stringContaining(`sync export --after ${origin.unit}:`)] },
    });
    const { position } = await mirror.head();
    expect(position).toBeGreaterThan(0);
    expect(await take(mirror, dump)).toMatchObject({ duplicate: position, applied: 480 - position });
    expect(await headOf(mirror)).toEqual(await headOf(origin));
  });

  it('may be fed by two at once', async () => {
    await fill(origin, 200, 'more', 8_000);
    const dump = await dumpOf(origin, { codec: 'null' });
    const reports = await Promise.all([take(mirror, dump), take(mirror, dump)]);
    expect(reports[0].applied + reports[1].applied).toBe(480);
    expect(await headOf(mirror)).toEqual(await headOf(origin));
  });

  it('can be mirrored itself, under the name of its origin', async () => {
    await take(mirror, await dumpOf(origin));
    const third = await openEmpty();
    expect(await take(third, await dumpOf(mirror))).toMatchObject({ origin: origin.unit });
    expect(await headOf(third)).toEqual(await headOf(origin));
    await third.close();
  });

  it('takes nothing else until it is promoted, which its log says', async () => {
    await take(mirror, await dumpOf(origin));
    await expect(mirror.submit(set('k'))).rejects.toMatchObject({ code: 'ENV_MIRROR' });
    await expect(mirror.sessions.create('jobs', {})).rejects.toMatchObject({ code: 'ENV_MIRROR' });
    // What was decided is answered all the same.
    expect(
      await mirror.submit({ ...set('doc/3', 'r-s-3'), changes: [{ op: 'set', key: 'doc/3', value: { i: 3 } }] }),
    ).toMatchObject({ duplicate: true });
    // Refusals are no failures: however many, the engine goes on.
    for (let i = 0; i < 10; i++) await expect(mirror.submit(set('k'))).rejects.toMatchObject({ code: 'ENV_MIRROR' });
    await expect(mirror.sync.promote({ reason: ' ' })).rejects.toMatchObject({ code: 'USAGE' });
    const { position } = await mirror.sync.promote({ reason: 'prod is gone', actor: 'ann' });
    expect(await mirror.transaction(position)).toMatchObject({
      ...{ type: 'txlog.promote', actor: 'ann', outcome: 'committed' },
      payload: { reason: 'prod is gone', origin: origin.unit, position: '80' },
    });
    // It is a record of the engine's own: it was not decided as a request.
    await expect(mirror.decideAgain(position)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await mirror.whatIf(mirror.app)).toEqual({ ...(await origin.whatIf(origin.app)) });
    expect(await mirror.submit(set('k'))).toMatchObject({ outcome: 'committed', position: 82 });
    await expect(mirror.sync.promote({ reason: 'again' })).rejects.toMatchObject({ code: 'ENV_NOT_MIRROR' });
    expect((await mirror.rescanVerify()).problems).toEqual([]);
  });
});

describe('sessions of a mirror that is promoted', () => {
  const ends = () => ({ op: 'remove' }) as const;

  it('are suspended under a raised epoch, and led once they are resumed, when they are due', async () => {
    await origin.sessions.create('jobs', { n: 1 }, { id: 'ready' });
    await origin.sessions.create('jobs', { n: 2 }, { id: 'later', delay: 3_600 });
    await origin.sessions.create('jobs', { n: 3 }, { id: 'led' });
    await origin.sessions.create('jobs', { n: 4 }, { id: 'parked' });
    await origin.sessions.park('parked', 'no such address');
    await origin.operate([{ op: 'lead', session: 'led', operator: 'w-1', lease: 60 } as never]);
    await take(mirror, await dumpOf(origin));
    expect(await mirror.sync.promote({ reason: 'moved' })).toMatchObject({ suspended: 3 });
    const led = await mirror.sessions.get('led');
    expect(led).toMatchObject({ status: 'parked', epoch: 2, error: `suspended: it came from ${origin.unit}` });
    // Nothing is led, and what the operator of before still says is refused.
    expect(await mirror.lead('jobs', ends)).toMatchObject({ session: undefined });
    const late = await mirror.sessions.remove('led', { epoch: 1 });
    expect(late).toMatchObject({ ok: false, rejection: { code: 'SESSION_FENCED' } });

    const ids = async (options: object) => {
      const all: string[] = [];
      for await (const id of mirror.sync.resume(options)) all.push(id);
      return all.sort();
    };
    expect(await ids({ dryRun: true })).toEqual(['later', 'led', 'ready']);
    expect(await ids({ ids: ['ready'] })).toEqual(['ready']);
    expect(await mirror.lead('jobs', ends)).toMatchObject({ session: 'ready' });
    expect(await ids({ theme: 'jobs' })).toEqual(['later', 'led']);
    expect(await ids({})).toEqual([]);
    expect(await mirror.sessions.get('later')).toMatchObject({ status: 'stored' });
    expect(await mirror.sessions.get('parked')).toMatchObject({ status: 'parked', error: 'no such address' });
    expect(await mirror.lead('jobs', ends)).toMatchObject({ session: 'led' });
    expect((await mirror.rescanVerify()).problems).toEqual([]);
  });

  it('are not brought back by what brings others back: their origin may lead them still', async () => {
    await origin.sessions.create('jobs', 1, { id: 'ready' });
    await origin.sessions.create('jobs', 2, { id: 'parked' });
    await origin.sessions.park('parked', 'no such address');
    await take(mirror, await dumpOf(origin));
    await mirror.sync.promote({ reason: 'moved' });
    for (const operation of [{ op: 'ready' }, { op: 'ready', only: 'parked' }] as const) {
      const { items } = await mirror.sessions.plan(operation, ['ready', 'parked']);
      expect(items.map(({ id, after, refused }) => [id, after, refused?.code])).toEqual([
        ['ready', undefined, 'SESSION_BUSY'],
        ['parked', 'ready', undefined],
      ]);
    }
    const busy = {
      ok: false,
      rejection: { code: 'SESSION_BUSY', reason: expect.stringContaining('`session resume`') },
    };
    const { sessions } = mirror;
    const step = { op: 'ready', session: 'ready' } as const;
    const together = { op: 'together', operations: [{ op: 'append', session: 'parked', chunk: { data: 1 } }, step] };
    const tries: (() => Promise<unknown>)[] = [
      () => sessions.ready('ready'),
      () => sessions.ready('ready', { force: true, resume: true } as OperationOptions),
      // Under another error it would be a parked one.
      () => sessions.park('ready', 'mine'),
      async () => (await mirror.operate([together as Operation]))[0],
    ];
    for (const bringBack of tries) expect(await bringBack()).toMatchObject(busy);
    const passing = { ...step, only: ['stored', 'parked'] as const };
    const append = { op: 'append', session: 'ready', chunk: { data: 1 } } as const;
    await mirror.operate([{ op: 'together', operations: [append, passing] }]);
    const { status, error, chunks } = (await sessions.get('ready')) ?? {};
    expect([status, error, chunks]).toEqual(['parked', `suspended: it came from ${origin.unit}`, 2]);
    const stuck = await sessions.stuck();
    expect(stuck.map(({ session, next }) => [session.id, next]).sort()).toEqual([
      ['parked', 'txlog session unpark parked'],
      ['ready', 'txlog session resume ready'],
    ]);
  });

  it('are not told as resumed when they went on meanwhile', async () => {
    for (let i = 0; i < 202; i++) await origin.sessions.create('jobs', i, { id: `s-${String(i).padStart(3, '0')}` });
    await take(mirror, await dumpOf(origin));
    await mirror.sync.promote({ reason: 'moved' });
    const resumed: string[] = [];
    for await (const id of mirror.sync.resume()) {
      // The last ones are of a later commit.
      if (resumed.length === 0) {
        await mirror.sessions.remove('s-200');
        await mirror.sessions.append('s-201', 'new');
      }
      resumed.push(id);
    }
    expect(resumed.length).toBe(200);
    expect(resumed).not.toContain('s-200');
    expect(await mirror.sessions.get('s-201')).toMatchObject({ status: 'parked' });
  });

  it('are suspended however many they are', async () => {
    for (let i = 0; i < 450; i++) await origin.sessions.create('jobs', { n: i }, { order: `o-${i % 400}` });
    await take(mirror, await dumpOf(origin));
    expect(await mirror.sync.promote({ reason: 'moved' })).toMatchObject({ suspended: 400 });
    expect(await mirror.lead('jobs', ends)).toMatchObject({ session: undefined });
  });
});

describe('a dump that does not join on is refused', () => {
  it('with SYNC_GAP behind the end, naming the last common position', async () => {
    await take(mirror, await dumpOf(origin, { filter: { to: 10 } }));
    const late = await dumpOf(origin, { filter: { from: 21 } });
    await expect(take(mirror, late)).rejects.toMatchObject({
      code: 'SYNC_GAP',
      details: { hint: expect.stringContaining('position is 10') },
    });
    expect((await mirror.head()).position).toBe(10);
  });

  it('with SYNC_FORK where both wrote, naming the last common position', async () => {
    await take(mirror, await dumpOf(origin));
    await mirror.sync.promote({ reason: 'test' });
    await mirror.submit(set('mine'));
    await origin.submit(set('theirs'));
    const forked = { code: 'SYNC_FORK', details: { hint: expect.stringContaining('position is 80') } };
    await expect(take(mirror, await dumpOf(origin))).rejects.toMatchObject(forked);
    expect((await mirror.head()).position).toBe(82);
    const diff = await origin.sync.diff(mirror);
    expect(diff).toMatchObject({ common: 80, left: { position: 81 }, right: { position: 82 } });
    expect(await differences(origin, mirror)).toEqual(['mine', 'theirs']);
    const cursor = await mirror.sync.cursor();
    await origin.submit(set('one more'));
    await expect(dumpOf(origin, { after: cursor })).rejects.toMatchObject({ code: 'SYNC_FORK' });
  });

  it('with SYNC_FORK where the log was never the same', async () => {
    await mirror.submit(set('mine'));
    await expect(take(mirror, await dumpOf(origin))).rejects.toMatchObject({ code: 'SYNC_FORK' });
    const other = await dumpOf(origin, { filter: { from: 2 } });
    await expect(take(mirror, other)).rejects.toMatchObject({
      code: 'SYNC_FORK',
      details: { hint: expect.stringContaining('before 1') },
    });
  });

  it('with SYNC_PARTIAL when it leaves records out', async () => {
    const partial = await dumpOf(origin, { filter: { types: ['set'] }, filterText: '--type set' });
    await expect(take(mirror, partial)).rejects.toMatchObject({ code: 'SYNC_PARTIAL' });
    expect((await entriesOf(partial)).map(({ txn }) => txn?.type)).toEqual(Array(40).fill('set'));
  });
});

describe('a signed dump', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519').publicKey;

  it('is taken block by block with its key, and not a record of it with another', async () => {
    await fill(origin, 200, 'more', 8_000);
    const dump = await dumpOf(origin, { signKey: privateKey });
    await expect(take(mirror, dump, { verifyKey: other })).rejects.toMatchObject({ code: 'DUMP_UNTRUSTED' });
    expect((await mirror.head()).position).toBe(0);
    expect(await take(mirror, dump, { verifyKey: publicKey })).toMatchObject({ complete: true, applied: 480 });
    // Whoever asks for no signature needs no key.
    expect(await verifyDump(streamOf(dump))).toMatchObject({ end: { complete: true } });
    expect(await verifyDump(streamOf(dump), { verifyKey: publicKey, records: true })).toMatchObject({
      end: { complete: true },
    });
  });

  it('is what a dump without a signature is not', async () => {
    const dump = await dumpOf(origin);
    await expect(take(mirror, dump, { verifyKey: publicKey })).rejects.toMatchObject({ code: 'DUMP_UNTRUSTED' });
  });
});

describe('an export', () => {
  it('is as of its beginning, whoever writes meanwhile', async () => {
    const { position } = await origin.head();
    const pieces: Buffer[] = [];
    for await (const piece of origin.sync.export({ states: true, codec: 'null' })) {
      pieces.push(piece);
      for (let i = 0; i < 5; i++)
        await origin.submit({ type: 'set', changes: [{ op: 'set', key: `doc/${i}`, value: 'later' }] });
    }
    expect(await take(mirror, Buffer.concat(pieces))).toMatchObject({ read: position, complete: true });
    expect(JSON.stringify(await statesOf(mirror))).not.toContain('later');
  });

  it('follows the log until it is told to end, and ends in order', async () => {
    const stop = new AbortController();
    const feed = mirror.sync.import(origin.sync.export({ follow: true, signal: stop.signal }));
    for (let i = 0; i < 5; i++) {
      const { position } = await origin.submit(set(`live/${i}`));
      // Each record arrives by itself: nothing waits for a full block.
      while ((await mirror.head()).position < position) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    expect(await feed).toMatchObject({ applied: 85, complete: true });
    expect(await headOf(mirror)).toEqual(await headOf(origin));
  });

  it('that is stopped says that it is not complete', async () => {
    const stop = new AbortController();
    const pieces: Buffer[] = [];
    await fill(origin, 200, 'more', 8_000);
    for await (const piece of origin.sync.export({ signal: stop.signal, codec: 'null' })) {
      pieces.push(piece);
      stop.abort();
    }
    await expect(take(mirror, Buffer.concat(pieces))).rejects.toMatchObject({ code: 'DUMP_INCOMPLETE' });
    expect((await mirror.head()).position).toBeGreaterThan(0);
  });

  it('of an empty log is a whole dump', async () => {
    const empty = await openEmpty();
    expect(await take(mirror, await dumpOf(empty, { states: true }))).toMatchObject({ read: 0, complete: true });
    await empty.close();
  });

  it('is refused from a position that is not there', async () => {
    await expect(dumpOf(origin, { filter: { from: 900 } })).rejects.toMatchObject({ code: 'POSITION_NOT_FOUND' });
    await expect(dumpOf(origin, { after: 'nonsense' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

it('a look into a dump takes nothing of it over', async () => {
  expect(await take(mirror, await dumpOf(origin), { mode: 'inspect' })).toMatchObject({ read: 80, applied: 0 });
  expect((await mirror.head()).position).toBe(0);
});

it('entries of a dump are read as JSON, their records as the log has them', async () => {
  const all: Record<string, unknown>[] = [];
  for await (const entry of readDump(streamOf(await dumpOf(origin, { states: true })))) all.push(entry);
  expect(all[0]).toMatchObject({ kind: 'begin', origin: origin.unit });
  expect(all[1]).toMatchObject({ kind: 'record', position: '1', id: 'r-0', outcome: 'committed' });
  expect(all.find(({ kind }) => kind === 'state')).toMatchObject({ key: 'doc/0', of: 'shared', value: { i: 36 } });
  expect(all.at(-1)).toMatchObject({ kind: 'end', complete: true });
});

it('a dump is compared record by record and state by state', async () => {
  const dump = await dumpOf(origin, { states: true });
  expect(await origin.sync.diffDump(streamOf(dump))).toMatchObject({ same: 80, differ: 0, missing: 0, keys: [] });
  expect(await mirror.sync.diffDump(streamOf(dump))).toMatchObject({ same: 0, missing: 80, firstDifferent: 1 });
  await mirror.submit(set('doc/1'));
  expect(await mirror.sync.diffDump(streamOf(dump))).toMatchObject({ differ: 1, missing: 79, firstDifferent: 1 });
});

describe('work that is under way when it moves', () => {
  /** Sagas of two requests, and queued requests: each counts once. */
  const app = defineApp({
    requests: { count: { decide: ({ id }) => [{ op: 'append', key: 'counted', value: [id] }] } },
    sagas: {
      message: {
        steps: [
          { name: 'make', do: { request: ({ saga }) => ({ type: 'count', payload: saga }) } },
          { name: 'count', do: { request: ({ saga }) => ({ type: 'count', payload: saga }) } },
        ],
      },
    },
  });

  it('is done once in all, by whoever is left', async () => {
    const from = await openEnvironment(':memory:', { create: true, app });
    const to = await openEnvironment(':memory:', { create: true, app });
    for (let i = 0; i < 20; i++) {
      await from.enqueue({ id: `q-${i}`, type: 'count' });
      await from.sagas.start('message', {}, { id: `s-${i}` });
    }
    // Half way: some are done, some have done one step, some are not begun.
    const stop = new AbortController();
    let turns = 0;
    const onEvent = ({ type }: WorkEvent) => {
      if (type === 'ended' && ++turns === 15) stop.abort();
    };
    await from.work({ concurrency: 4, signal: stop.signal, onEvent }).done;
    const doneThere = (await from.get('counted'))?.value as readonly string[];
    expect(doneThere.length).toBeGreaterThan(5);
    expect(doneThere.length).toBeLessThan(60);

    await to.sync.import(from.sync.export());
    expect((await to.sync.promote({ reason: 'moved' })).suspended).toBeGreaterThan(5);
    // Nothing of it is led until it is resumed.
    await to.work({ untilEmpty: true }).done;
    expect((await to.get('counted'))?.value).toEqual(doneThere);
    let resumed = 0;
    for await (const _ of to.sync.resume()) resumed += 1;
    expect(resumed).toBeGreaterThan(5);
    await to.work({ untilEmpty: true }).done;
    const all = (await to.get('counted'))?.value as readonly string[];
    expect(all.length).toBe(60);
    expect(new Set(all).size).toBe(60);
    for (let i = 0; i < 20; i++) expect((await to.sagas.get(`s-${i}`)).phase).toBe('done');
    expect((await to.rescanVerify()).problems).toEqual([]);
    await from.close();
    await to.close();
  });
});
