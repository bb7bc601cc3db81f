// Goal: failures that repeat end in an orderly stop: no new work, everybody told, nothing written any more, reads go on.
// Method: storages that fail as planned, under callers that wait in the queue.
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/core/log/receipt.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { WriteTx } from '../../src/ports/storage.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from './faulty-storage.ts';
import { openOn, SteeredClock, untilQuiet } from './open-env.ts';
import { shrinkLimits } from './shrink-limits.ts';

shrinkLimits({ batchRecordsMax: 1, sliceRows: 1 });

async function open(bound?: number) {
  const storage = new FaultyStorage(openMemoryStorage(new MemoryFiles()));
  const clock = new SteeredClock({ time: 1_700_000_000_000 });
  const env = await openOn(storage, bound === undefined ? { clock } : { clock, bound });
  return { storage, clock, env };
}

const submit = (env: Environment, id: string): Promise<Receipt> =>
  env.submit({ id, type: 't', changes: [{ op: 'add', key: id, value: 1 }] });

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? 'no code',
  );

function failFor(storage: FaultyStorage, writes: number): void {
  for (let n = 1; n <= writes; n++) storage.plan(n, 'fail-before');
}

describe('an emergency stop', () => {
  it('comes after three failures in a row, and tells all who wait and all who come', async () => {
    const { storage, env } = await open();
    await submit(env, 'before');
    failFor(storage, 100);
    const codes = await Promise.all(Array.from({ length: 8 }, (_, i) => codeOf(submit(env, `r${i}`))));
    expect(codes).toEqual([...Array(3).fill('STORAGE_FAILED'), ...Array(5).fill('EMERGENCY_STOP')]);
    const { writes } = storage;
    storage.heal();
    expect(await codeOf(submit(env, 'later'))).toBe('EMERGENCY_STOP');
    expect(await codeOf(env.submitChecked([env.check({ type: 't' })], { atomic: true }))).toBe('EMERGENCY_STOP');
    expect(await env.get('before')).toMatchObject({ value: 1 });
    expect((await env.head()).position).toBe(1);
    await env.close();
    expect(storage.writes).toBe(writes);
  });

  it('does not come when a success lies between', async () => {
    const { storage, env } = await open();
    for (let round = 0; round < 3; round++) {
      failFor(storage, 2);
      expect(await codeOf(submit(env, `r${round}`))).toBe('STORAGE_FAILED');
      expect(await codeOf(submit(env, `r${round}`))).toBe('STORAGE_FAILED');
      expect(await codeOf(submit(env, `r${round}`))).toBe('ok');
    }
    expect((await env.head()).position).toBe(3);
    await env.close();
  });

  it('comes at once for a bug, after which nothing can be trusted', async () => {
    const { storage, env } = await open();
    storage.transact = () => {
      throw new TypeError('a bug');
    };
    const codes = await Promise.all([codeOf(submit(env, 'a')), codeOf(submit(env, 'b'))]);
    expect(codes).toEqual(['no code', 'EMERGENCY_STOP']);
    await env.close();
  });

  it('keeps the promise of one outcome: what was of unknown outcome is found by the next process', async () => {
    const { storage, env } = await open();
    for (let n = 1; n <= 3; n++) storage.plan(n, 'fail-after');
    const codes = await Promise.all(['a', 'b', 'c', 'd'].map((id) => codeOf(submit(env, id))));
    expect(codes).toEqual([...Array(3).fill('STORAGE_FAILED'), 'EMERGENCY_STOP']);
    const again = await openOn(storage);
    const receipts = await Promise.all(['a', 'b', 'c', 'd'].map((id) => submit(again, id)));
    expect(receipts.map(({ duplicate, position }) => [duplicate, position])).toEqual([
      [true, 1],
      [true, 2],
      [true, 3],
      [false, 4],
    ]);
    await again.close();
  });
});

describe('a checkpoint that fails', () => {
  it('loses nothing, and the next one writes it', async () => {
    const { storage, clock, env } = await open(1_000);
    for (const id of ['a', 'b', 'c']) await submit(env, id);
    failFor(storage, 1);
    clock.fire();
    await untilQuiet(storage);
    expect(await env.get('b')).toMatchObject({ value: 1 });
    await submit(env, 'd');
    clock.fire();
    await untilQuiet(storage);
    expect((await env.status()).watermark).toBe(4);
    expect(await env.rescanVerify()).toMatchObject({ ok: true });
    await env.close();
  });

  it('again and again keeps no one waiting and takes no acknowledged work along', async () => {
    const { storage, clock, env } = await open(1);
    for (let round = 0; round < 5; round++) {
      storage.plan(2, 'fail-before');
      expect(await codeOf(submit(env, `a${round}`))).toBe('ok');
      await untilQuiet(storage);
      storage.heal();
      expect(await codeOf(submit(env, `b${round}`))).toBe('ok');
      expect(await env.get(`a${round}`)).toMatchObject({ value: 1 });
    }
    storage.heal();
    await submit(env, 'last');
    await untilQuiet(storage);
    clock.fire();
    await untilQuiet(storage);
    expect(await env.status()).toMatchObject({ watermark: 11, head: { position: 11 } });
    await env.close();
  });

  it('at close is told, and the storage is closed all the same', async () => {
    const { storage, env } = await open(1_000);
    await submit(env, 'a');
    failFor(storage, 1);
    expect(await codeOf(env.close())).toBe('STORAGE_FAILED');
    expect(await codeOf(submit(env, 'b'))).toBe('ENV_CLOSED');
    expect(() => storage.read((tx) => (tx as WriteTx).count('log'))).toThrow('closed');
  });
});
