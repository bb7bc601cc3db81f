// Goal: a message for another service arrives once, and those of one order key in their order, whatever fails on the way.
// Method: two environments in directories; the other one is away, refuses, or has the message already.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionOfParcel } from '../../src/core/app/parcel.ts';
import { given } from '../../src/core/base/given.ts';
import { sessionOfKey } from '../../src/core/fold/session.ts';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { sessionOfMessage } from '../../src/sessions/host/address.ts';
import type { WorkEvent, Worker } from '../../src/sessions/turn/work-events.ts';
import { until } from './slip-place.ts';

let root: string;
let here: Environment;
let workers: Worker[];
let events: WorkEvent[];

// What cannot be delivered is tried again at once, and would be parked at once if it counted.
const impatient = { backoff: { first: 0.02, factor: 1, max: 0.02 }, attempts: 2 };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'txlog-deliver-'));
  const app = { name: 'here', services: { there: { env: join(root, 'there') } }, themes: { 'to/there': impatient } };
  here = await openEnvironment(join(root, 'here'), { create: true, app });
  workers = [];
  events = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await here.close();
  rmSync(root, { recursive: true, force: true });
});

const post = (id: string, data: string, order?: string) =>
  here.process([{ ...sessionOfMessage({ id, to: 'inbox@there', data, ...given({ order }) }) }]);
const work = () => workers.push(here.work({ onEvent: (event) => events.push(event) }));
const openThere = () => openEnvironment(join(root, 'there'), { create: true });
const waiting = async () => (await here.sessions.theme('to/there')).counts;

async function arrived(there: Environment): Promise<string[]> {
  const made: string[] = [];
  for await (const { changes } of there.records())
    for (const { op, key } of changes) if (op === 'session.new') made.push(sessionOfKey(key) ?? key);
  return made;
}

describe('a message for another service', () => {
  it('waits for as long as the service is away, and is never parked', async () => {
    await post('m1', 'one', 'k');
    await post('m2', 'two', 'k');
    work();
    const tries = () => events.filter((event) => event.type === 'ended' && event.ended === 'stored').length;
    await until(() => tries() > 2 * impatient.attempts);
    expect(await waiting()).toMatchObject({ parked: 0 });
    expect((await here.sessions.get('m1'))?.error).toContain('service there');
    const there = await openThere();
    await until(async () => (await waiting()).removed === 2);
    expect(await arrived(there)).toEqual(['m1', 'm2']);
    expect(await there.sessions.data('m1')).toEqual(['one']);
    await there.close();
  });

  it('arrives in the order of its key, and is led there in it', async () => {
    const there = await openThere();
    const ids = Array.from({ length: 60 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    for (const [i, id] of ids.entries()) await post(id, id, `k${i % 3}`);
    work();
    work();
    await until(async () => (await waiting()).removed === ids.length);
    const made = await arrived(there);
    expect([...made].sort()).toEqual(ids);
    for (const key of [0, 1, 2]) {
      const own = made.filter((id) => Number(id.slice(1)) % 3 === key);
      expect(own).toEqual([...own].sort());
    }
    expect(await there.sessions.get('m03')).toMatchObject({ status: 'behind', order: 'k0' });
    await there.close();
  });

  it('is parked when it can never be taken, and holds up its own key only', async () => {
    const there = await openThere();
    await there.process([sessionOfParcel({ id: 'm1', queue: 'inbox', data: 'not one' })]);
    await post('m1', 'one', 'k');
    await post('m2', 'two', 'k');
    await post('m3', 'three', 'other');
    await post('m4', 'four');
    work();
    await until(async () => (await waiting()).removed === 2 && (await waiting()).parked === 1);
    expect((await here.sessions.get('m1'))?.error).toContain('m1');
    expect(await here.sessions.get('m2')).toMatchObject({ status: 'behind' });
    expect((await arrived(there)).sort()).toEqual(['m1', 'm3', 'm4']);
    // A person takes it out of the way.
    await here.sessions.remove('m1');
    await until(async () => (await waiting()).removed === 4);
    expect((await arrived(there)).sort()).toEqual(['m1', 'm2', 'm3', 'm4']);
    await there.close();
  });

  it('arrives once when its sender died before it knew, also after it was worked off', async () => {
    const there = await openThere();
    await there.process([sessionOfParcel({ id: 'm1', queue: 'inbox', data: 'one' })]);
    await there.sessions.remove('m1');
    await post('m1', 'one');
    work();
    await until(async () => (await waiting()).removed === 1);
    expect(await arrived(there)).toEqual(['m1']);
    expect(await there.sessions.get('m1')).toBeUndefined();
    await there.close();
  });

  it('is parked when its session holds no message', async () => {
    await here.sessions.create('to/there', { no: 'parcel' }, { id: 'x' });
    work();
    await until(async () => (await waiting()).parked === 1);
    expect((await here.sessions.get('x'))?.error).toBe('it is no message for another service');
  });
});
