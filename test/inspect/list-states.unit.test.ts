// Goal: a listing of many pages is the states at one position, whatever is written between its pages. Method: more keys
// than a page holds, and changes on both sides of the reader.
import { describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { StatesOptions } from '../../src/inspect/list-states.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { compareKeys } from '../../src/view/read-state.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

describe('a listing of states', () => {
  it('answers as of its first page to its end', async () => {
    const world = { time: 1_700_000_000_000 };
    const env = await openOn(openMemoryStorage(), { clock: new SteeredClock(world), bound: 100 });
    const name = (i: number) => `key/${String(i).padStart(4, '0')}`;
    const batch = Array.from({ length: 1_500 }, (_, i) =>
      env.check({ type: 't', changes: [{ op: 'set', key: name(i), value: 'old' }] }),
    );
    await env.submitChecked(batch);
    await env.submit({ id: 'p', type: 't', changes: [{ op: 'claim', key: 'reserved', pending: 1 }] });
    const seen = new Map<string, unknown>();
    for await (const { key, value, pending } of env.states()) {
      if (seen.size === 0) {
        await env.submit({ type: 't', changes: [{ op: 'set', key: name(1_400), value: 'new' }] });
        await env.submit({ type: 't', changes: [{ op: 'delete', key: name(1_401) }] });
        await env.submit({ type: 't', changes: [{ op: 'set', key: 'key/9999', value: 'new' }] });
        await env.submit({ type: 't', changes: [{ op: 'set', key: name(3), value: 'new' }] });
        world.time += 5_000;
      }
      seen.set(key, pending ? pending.expired : value);
    }
    expect(seen.size).toBe(1_501);
    expect(seen.get('reserved')).toBe(true);
    seen.delete('reserved');
    expect(new Set(seen.values())).toEqual(new Set(['old']));
    expect(await env.get(name(1_400))).toMatchObject({ value: 'new' });
    await env.close();
  });

  it('goes on after any key, up and down, through rows and what is above them', async () => {
    const env = await openOn(openMemoryStorage(), { bound: 100 });
    const name = (i: number) => `${i % 2 === 0 ? 'é' : '😀'}/${String(i).padStart(4, '0')}`;
    const put = (from: number, to: number) =>
      env.submitChecked(
        Array.from({ length: to - from }, (_, i) =>
          env.check({ type: 't', changes: [{ op: 'set', key: name((from + i) * 7), value: i }] }),
        ),
      );
    await put(0, 1_200);
    await put(1_200, 1_230);
    const list = async (options: StatesOptions) => {
      const keys: string[] = [];
      for await (const { key } of env.states(options)) keys.push(key);
      return keys;
    };
    const whole = await list({});
    expect(whole.length).toBe(1_230);
    expect(await list({ reverse: true })).toEqual(whole.toReversed());
    for (const at of [0, 1, 599, 614, 615, 616, 1_100, 1_229]) {
      const after = whole[at] as string;
      expect(await list({ after })).toEqual(whole.slice(at + 1));
      expect(await list({ after, limit: 3 })).toEqual(whole.slice(at + 1, at + 4));
      expect(await list({ after, reverse: true })).toEqual(whole.slice(0, at).toReversed());
      const prefix = after.split('/')[0] ?? '';
      const own = whole.filter((key) => key.startsWith(prefix));
      expect(await list({ prefix, after, reverse: true })).toEqual(own.slice(0, own.indexOf(after)).toReversed());
    }
    await env.close();
  });

  it.each([0, 1_000])(
    'with %j records in memory, never leaves its prefix, wherever it is to go on',
    async (checkpointRecords) => {
      const env = await openEnvironment(':memory:', { create: true, checkpointRecords });
      const keys = ['a/1', 'a/2', 'b', 'b/', 'b/1', 'b/2', 'b0', 'c/1', 'é/1'];
      for (const key of keys) await env.submit({ type: 't', changes: [{ op: 'set', key, value: 1 }] });
      await env.sessions.create('mail', 1, { id: 's' });
      const list = async (options: StatesOptions) => {
        const found: string[] = [];
        for await (const { key } of env.states(options)) found.push(key);
        return found;
      };
      for (const prefix of ['', 'a', 'b', 'b/', 'c/1', 'd', 'é'])
        for (const after of ['', '\u0001', 'a', 'a/1', 'b', 'b/1', 'b/9', 'b0', 'd/9', 'é', '😀']) {
          const own = keys.filter((key) => key.startsWith(prefix));
          const options = { prefix, after };
          expect([options, await list(options)]).toEqual([options, own.filter((key) => compareKeys(key, after) > 0)]);
          const before = own.filter((key) => compareKeys(key, after) < 0).toReversed();
          expect([options, await list({ ...options, reverse: true })]).toEqual([options, before]);
        }
      await env.close();
    },
  );
});
