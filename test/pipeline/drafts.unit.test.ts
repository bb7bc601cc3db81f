// Goal: what is decided before the lock holds under it. When others came first, user code runs again exactly when what it
// read has changed, and never keeps what it decided on states that never came to be. Method: a second handle commits in
// the moment between decision and lock.
import { beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import { type HandlerStates, rejectRequest } from '../../src/core/app/handler-terms.ts';
import type { Change } from '../../src/core/fold/change.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { readHead, writeHead } from '../../src/layout/meta.ts';
import { receiptOrThrow } from '../../src/pipeline/7-respond.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

const runs: string[] = [];
const world = { time: 1_700_000_000_000 };

const app: App = {
  requests: {
    // Copies one key into another, as it was when it looked.
    copy: {
      decide(request, states) {
        runs.push(request.id);
        const [from, to] = request.payload as [string, string];
        return [{ op: 'set', key: to, value: states.get(from)?.value ?? 'nothing' }];
      },
    },
    // Writes without a look.
    blind: {
      decide(request) {
        runs.push(request.id);
        return [{ op: 'add', key: 'hits', value: 1 }];
      },
    },
    // Takes a seat that is free as it sees it.
    take: {
      decide(request, states: HandlerStates): readonly Change[] | ReturnType<typeof rejectRequest> {
        runs.push(request.id);
        return states.get('seat') ? rejectRequest('TAKEN', 'taken') : [{ op: 'set', key: 'took', value: request.id }];
      },
    },
  },
};

let storage: FaultyStorage;
let first: Environment;
let other: Environment;
let clock: SteeredClock;

beforeEach(async () => {
  runs.length = 0;
  world.time += 1_000_000;
  const files = new MemoryFiles();
  storage = new FaultyStorage(openMemoryStorage(files));
  clock = new SteeredClock(world);
  first = await openOn(storage, { app, clock });
  other = await openOn(openMemoryStorage(files), { app, clock: new SteeredClock(world) });
});

const set = (id: string, key: string, value: string, more: Partial<RequestInput> = {}): RequestInput => ({
  id,
  type: 'set',
  changes: [{ op: 'set', key, value }],
  ...more,
});
const copy = (id: string, from: string, to: string): RequestInput => ({ id, type: 'copy', payload: [from, to] });

/** The other handle comes first, between decision and lock of what `first` does next. */
function meanwhile(work: () => Promise<unknown>): void {
  storage.beforeWrite = async () => {
    await work();
  };
}

const submitAll = (requests: RequestInput[], atomic = false) =>
  first.submitChecked(
    requests.map((request) => first.check(request)),
    { atomic },
  );

describe('a draft', () => {
  it('is kept when others changed only what it did not read', async () => {
    await first.submit(set('a', 'from', 'old'));
    meanwhile(() => other.submit(set('b', 'elsewhere', 'x')));
    await first.submit(copy('c', 'from', 'to'));
    expect(runs).toEqual(['c']);
    expect(await first.get('to')).toMatchObject({ value: 'old', position: 3 });
  });

  it('is made anew when others changed what it read', async () => {
    await first.submit(set('a', 'from', 'old'));
    meanwhile(() => other.submit(set('b', 'from', 'new')));
    await first.submit(copy('c', 'from', 'to'));
    expect(runs).toEqual(['c', 'c']);
    expect(await first.get('to')).toMatchObject({ value: 'new' });
  });

  it('is kept when others wrote the same key that it only writes', async () => {
    meanwhile(() => other.submit({ type: 'count', changes: [{ op: 'add', key: 'hits', value: 5 }] }));
    await first.submit({ id: 'h', type: 'blind' });
    expect(runs).toEqual(['h']);
    expect(await first.get('hits')).toMatchObject({ value: 6, version: 2 });
  });

  it('is made anew when others brought a key into being that it found missing', async () => {
    meanwhile(() => other.submit(set('b', 'from', 'new')));
    await first.submit(copy('c', 'from', 'to'));
    expect(runs).toEqual(['c', 'c']);
    expect(await first.get('to')).toMatchObject({ value: 'new' });
  });

  it('is made anew when the time of the record moved', async () => {
    meanwhile(async () => {
      world.time += 1_000;
      await other.submit(set('b', 'elsewhere', 'x'));
    });
    await first.submit({ id: 'h', type: 'blind' });
    expect(runs).toEqual(['h', 'h']);
    expect((await first.transaction('h')).time).toBe((await first.transaction('b')).time);
  });

  it('is not trusted when it read what its own batch had staged: another value may get that version', async () => {
    // `s` is refused once the other has set the key: `c` must see the other's value, though both are version 1.
    meanwhile(() => other.submit(set('b', 'from', 'of the other')));
    const answers = await submitAll([
      set('s', 'from', 'of the batch', { expect: [{ key: 'from', exists: false }] }),
      copy('c', 'from', 'to'),
    ]);
    expect(answers.map((answer) => 'receipt' in answer && answer.receipt.outcome)).toEqual(['rejected', 'committed']);
    expect(await first.get('from')).toMatchObject({ value: 'of the other', version: 1 });
    expect(await first.get('to')).toMatchObject({ value: 'of the other' });
  });

  it('is not trusted when it saw a reservation as run out that its owner had confirmed in time', async () => {
    await first.submit({ id: 'p', type: 'reserve', changes: [{ op: 'claim', key: 'seat', pending: 1 }] });
    world.time += 1_500;
    const late = world.time;
    meanwhile(async () => {
      // The owner's process took the time of its batch before the end, and comes to the lock after it.
      world.time = late - 1_000;
      await other.submit({ id: 'q', type: 'confirm', changes: [{ op: 'confirm', key: 'seat', owner: 'p' }] });
      world.time = late;
    });
    const receipt = await first.submit({ id: 't', type: 'take' });
    expect(receipt).toMatchObject({ outcome: 'rejected', rejection: { code: 'TAKEN' } });
    expect(await first.get('seat')).toMatchObject({ owner: { id: 'p' }, version: 2 });
    expect(await first.get('took')).toBeUndefined();
  });
});

describe('a batch that is decided again', () => {
  it('finds its own requests committed by another, and logs them once', async () => {
    meanwhile(() => other.submit(set('s', 'k', 'v')));
    const receipt = await first.submit(set('s', 'k', 'v'));
    expect(receipt).toMatchObject({ duplicate: true, position: 1 });
    expect((await first.head()).position).toBe(1);
  });

  it('finds its id taken for another request, and changes nothing', async () => {
    meanwhile(() => other.submit(set('s', 'k', 'theirs')));
    await expect(first.submit(set('s', 'k', 'ours'))).rejects.toMatchObject({ code: 'REQUEST_ID_CONFLICT' });
    expect(await first.get('k')).toMatchObject({ value: 'theirs', version: 1 });
  });

  it('loses the key that another claimed, naming the owner', async () => {
    const claim = (id: string): RequestInput => ({ id, type: 'claim', changes: [{ op: 'claim', key: 'seat' }] });
    meanwhile(() => other.submit(claim('b')));
    const { rejection } = await first.submit(claim('a'));
    expect(rejection).toMatchObject({ code: 'KEY_OWNED', owner: { id: 'b', position: 1 } });
  });

  it('aborts an atomic unit that no longer holds, and keeps the rest of the batch', async () => {
    meanwhile(() => other.submit(set('x', 'k', 'theirs')));
    const [single, unit] = await Promise.all([
      first.submit(set('a', 'free', 'v')),
      submitAll([set('b', 'l', 'v'), set('c', 'k', 'v', { expect: [{ key: 'k', exists: false }] })], true),
    ]);
    expect(single).toMatchObject({ outcome: 'committed', position: 2 });
    expect(unit.map((answer) => 'receipt' in answer && answer.receipt.rejection?.code)).toEqual([
      'ATOMIC_ABORTED',
      'EXPECTATION_FAILED',
    ]);
    expect((await first.head()).position).toBe(2);
    expect(await first.get('l')).toBeUndefined();
    expect(await first.find('b')).toBeUndefined();
  });

  it('never lands in a generation that another replaced in this moment', async () => {
    await first.submit(set('a', 'k', 'v'));
    // What the last step of a rebuild writes: the position stays as it is.
    meanwhile(() => other.handle.storage.write((tx) => writeHead(tx, { ...readHead(tx), moved: 2 })));
    await expect(first.submit(set('b', 'k', 'w'))).rejects.toThrow('no second generation');
    storage.read((snapshot) => {
      expect(readHead(snapshot)).toMatchObject({ position: 1, moved: 2 });
      expect(snapshot.count('log')).toBe(1);
    });
  });
});

describe('user code under the lock', () => {
  it('has its bound: the rest of the batch waits for the next one, in order', async () => {
    await first.submit(set('a', 'from', 'v'));
    meanwhile(() => other.submit(set('b', 'from', 'w')));
    clock.elapsedStep = 60;
    const receipts = await Promise.all(['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => first.submit(copy(id, 'from', id))));
    clock.elapsedStep = 0;
    expect(receipts.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
    const positions = receipts.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(new Set(receipts.map(({ outcome }) => outcome))).toEqual(new Set(['committed']));
    for (const id of ['c1', 'c5']) expect(await first.get(id)).toMatchObject({ value: 'w' });
  });

  it('has its bound within what is submitted together: one answer each, in order, and nothing between is overtaken', async () => {
    await first.submit(set('a', 'from', 'v'));
    meanwhile(() => other.submit(set('b', 'from', 'w')));
    clock.elapsedStep = 60;
    const before = storage.writes;
    const ids = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const together = submitAll(ids.map((id) => copy(id, 'from', id)));
    const after = first.submit(copy('c6', 'c5', 'c6'));
    const receipts = (await together).map(receiptOrThrow).concat(await after);
    clock.elapsedStep = 0;
    expect(receipts.map(({ id }) => id)).toEqual([...ids, 'c6']);
    expect(receipts.map(({ position }) => position)).toEqual([3, 4, 5, 6, 7, 8]);
    // The first commit took what there was time for, the second the rest.
    expect(storage.writes - before).toBe(2);
    expect(await first.get('c6')).toMatchObject({ value: 'w' });
  });

  it('has no bound within an atomic unit, which is committed at once', async () => {
    await first.submit(set('a', 'from', 'v'));
    meanwhile(() => other.submit(set('b', 'from', 'w')));
    clock.elapsedStep = 60;
    const before = storage.writes;
    const answers = await submitAll(
      ['c1', 'c2', 'c3', 'c4'].map((id) => copy(id, 'from', id)),
      true,
    );
    clock.elapsedStep = 0;
    expect(answers.map((answer) => receiptOrThrow(answer).outcome)).toEqual(Array(4).fill('committed'));
    expect(storage.writes - before).toBe(1);
  });

  it('tells the caller of a failure in any part, and a second try finds what was done', async () => {
    await first.submit(set('a', 'from', 'v'));
    meanwhile(() => other.submit(set('b', 'from', 'w')));
    clock.elapsedStep = 60;
    storage.plan(2, 'fail-before');
    const requests = ['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => copy(id, 'from', id));
    await expect(submitAll(requests)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    clock.elapsedStep = 0;
    const again = (await submitAll(requests)).map((answer) => receiptOrThrow(answer).duplicate);
    expect(again).toContain(true);
    expect(again).toContain(false);
    expect(again).toEqual([...again].sort().reverse());
  });
});
