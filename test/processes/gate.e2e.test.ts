// Goal: opening and closing an environment never harms those who have it open, or open it at that moment. LMDB alone may
// begin the next commit on an older state, which loses acknowledged data, and may leave an opener with dead locks.
// Method: real processes that open while a commit is held under way, and that open and close as fast as they can.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import type { Snapshot } from '../../src/ports/storage.ts';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-gate-'));
const script = fileURLToPath(new URL('./opener.mjs', import.meta.url));
let dir = '';
let count = 0;

beforeEach(() => {
  count += 1;
  dir = join(root, String(count));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('opening', () => {
  it('waits for the commit that is under way', async () => {
    await put('1');
    const writer = act('commit');
    await writer.printed(1);
    const reader = act('read');
    await reader.printed(1);
    // One that does not wait is through by then, and has seen the old value.
    await Promise.race([reader.printed(2), new Promise((resolve) => setTimeout(resolve, 500))]);
    writer.tell('go on');
    await writer.done();
    expect(await reader.done()).toBe('opening\n2\n');
  });

  it('goes on when the writer that it waits for is killed', async () => {
    await put('1');
    const writer = act('commit');
    await writer.printed(1);
    const reader = act('read');
    await reader.printed(1);
    await writer.kill();
    expect(await reader.done()).toBe('opening\n1\n');
  });

  it('and closing again and again, by several processes, fails for none and loses nothing', async () => {
    await Promise.all([act('open').done(), act('open').done()]);
    expect(await act('read').done()).toBe('opening\n300\n');
  });
});

describe('a generation that is gone', () => {
  it('is an error when its gate is opened, and what was begun for it ends no process when it is collected', async () => {
    await put('1');
    expect(await act('gone').done()).toBe('ENOENT\n'.repeat(5));
  });
});

describe('a program that opens without the gate', () => {
  it('cannot make a commit undo another one', async () => {
    const storage = openLmdbStorage({ dir });
    await storage.write((tx) => tx.put('states', Buffer.from('a'), Buffer.from('1')));
    await storage.write((tx) => tx.put('states', Buffer.from('a'), Buffer.from('2')));
    await act('set-back').done();
    const refused = storage.write((tx) => tx.put('states', Buffer.from('b'), Buffer.from('3')));
    await expect(refused).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('state') });
    // Opening sets it right.
    expect(await act('read').done()).toBe('opening\n2\n');
    await storage.write((tx) => tx.put('states', Buffer.from('b'), Buffer.from('4')));
    expect(storage.read((snapshot) => [text(snapshot, 'a'), text(snapshot, 'b')])).toEqual(['2', '4']);
    await storage.close();
  });

  it.each([
    [false, 'STORAGE_FAILED'],
    // The tables know nothing of their journal then.
    [true, 'STORAGE_CORRUPT'],
  ])('is noticed by a reader that has seen more of the log (journal: %s)', async (journal, code) => {
    const env = await openEnvironment(dir, { create: true, journal, checkpointRecords: Number.POSITIVE_INFINITY });
    for (const value of [1, 2]) await env.submit({ type: 'x', changes: [{ op: 'set', key: 'a', value }] });
    await act('set-back', join(dir, 'g1')).done();
    await expect(env.get('a')).rejects.toMatchObject({ code });
    await act('read', join(dir, 'g1')).done();
    expect(await env.get('a')).toMatchObject({ value: 2 });
    await env.close();
  });
});

describe('processes of one number in two containers', () => {
  // Each is process 1 of its own name space.
  const contained = 'exec unshare --kill-child --user --map-root-user --pid --fork "$@";';
  const pinning = fileURLToPath(new URL('./pinning-reader.mjs', import.meta.url));

  it('do not use one environment: the second is refused, and may come once the first is gone', async () => {
    await put('1');
    const first = new ScriptProcess(pinning, [dir], contained);
    await first.printed(1);
    const second = () => new ScriptProcess(script, [dir, 'read'], contained).done();
    await expect(second()).rejects.toThrow('ENV_PID_TAKEN');
    await first.kill();
    expect(await second()).toBe('opening\n1\n');
  });
});

function act(action: string, where = dir): ScriptProcess {
  return new ScriptProcess(script, [where, action]);
}

async function put(value: string): Promise<void> {
  const storage = openLmdbStorage({ dir });
  await storage.write((tx) => tx.put('states', Buffer.from('a'), Buffer.from(value)));
  await storage.close();
}

function text(snapshot: Snapshot, key: string): string {
  return Buffer.from(snapshot.get('states', Buffer.from(key)) ?? []).toString();
}
