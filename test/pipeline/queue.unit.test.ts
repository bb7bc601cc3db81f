// Goal: the order of a queue is right where only part of a checkpoint was written, and where sessions are parked in a line.
// Method: two handles on one memory; the second one's checkpoint ends after its first slice.

import { beforeEach, describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { openOn, SteeredClock, untilQuiet } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';

shrinkLimits({ sliceRows: 1 });

let files: MemoryFiles;
let clock: SteeredClock;
const world = { time: 1_700_000_000_000 };

beforeEach(() => {
  files = new MemoryFiles();
  clock = new SteeredClock(world);
});

const open = (bound: number) => openOn(openMemoryStorage(files), { clock, bound });
const create = (env: Environment, id: string, order?: string, delay = 0) =>
  env.sessions.create('t', 1, { id, delay, ...given({ order }) });

async function lead(env: Environment): Promise<string | undefined> {
  const result = await env.sessions.lead({ theme: 't' }, 'op', 30);
  return result.ok ? result.session : undefined;
}

const statusOf = async (env: Environment, id: string) => (await env.sessions.get(id))?.status;

describe('the next session', () => {
  it('is found where a checkpoint of another process wrote its row ahead', async () => {
    const first = await open(0);
    await create(first, 'early');
    await create(first, 'late', undefined, 100);
    await first.sessions.park('early', 'not yet');
    await first.close();
    const reader = await open(Number.POSITIVE_INFINITY);
    // Now the reader knows where the waiting ones begin.
    expect(await lead(reader)).toBeUndefined();

    const storage = new FaultyStorage(openMemoryStorage(files));
    const writer = await openOn(storage, { clock, bound: 1_000 });
    await writer.sessions.ready('early');
    await create(writer, 'last', undefined, 200);
    storage.plan(2, 'die-before');
    clock.fire();
    await untilQuiet(storage);
    expect(storage.dead).toBe(true);

    expect((await reader.status()).watermark).toBe(3);
    expect(await lead(reader)).toBe('early');
    expect(await reader.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('an order key', () => {
  it('keeps its sessions in order when one of the middle is parked and comes back', async () => {
    const env = await open(0);
    for (const id of ['a', 'b', 'c']) await create(env, id, 'k');
    expect(await lead(env)).toBe('a');
    await env.sessions.park('b', 'poison');
    await env.sessions.ready('b');
    expect([await statusOf(env, 'b'), await lead(env)]).toEqual(['behind', undefined]);
    await env.sessions.remove('a', { epoch: 1 });
    expect([await statusOf(env, 'b'), await statusOf(env, 'c')]).toEqual(['ready', 'behind']);
  });

  it('is held up by its oldest session, also when that one was parked before its turn came', async () => {
    const env = await open(0);
    for (const id of ['a', 'b', 'c']) await create(env, id, 'k');
    await env.sessions.park('b', 'poison');
    await env.sessions.remove('a');
    expect([await statusOf(env, 'b'), await statusOf(env, 'c'), await lead(env)]).toEqual([
      'parked',
      'behind',
      undefined,
    ]);
    await env.sessions.remove('b');
    expect(await lead(env)).toBe('c');
  });

  it('is not moved on by the end of a session that is not its first', async () => {
    const env = await open(0);
    for (const id of ['a', 'b', 'c']) await create(env, id, 'k');
    expect(await lead(env)).toBe('a');
    await env.sessions.park('b', 'poison');
    await env.sessions.remove('b');
    expect([await statusOf(env, 'a'), await statusOf(env, 'c'), await lead(env)]).toEqual([
      'active',
      'behind',
      undefined,
    ]);
  });
});
