// Goal: nobody waits for ever at a free lock, whoever is killed meanwhile: who waits for the gate looks again and again, and
// does not sleep in the kernel, where a wake-up can get lost (docs/decisions/0003). And a reader that was killed pins
// nothing for a writer that lives on. Method: real processes that are killed; the lock's word is read from its file.
// TXLOG_KILLS=5000 kills more often.
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLmdbStorage } from '../../src/storage/lmdb/lmdb-storage.ts';
import { ScriptProcess } from './script-process.ts';

const lockHolder = fileURLToPath(new URL('./lock-holder.mjs', import.meta.url));
const gateWriter = fileURLToPath(new URL('./gate-writer.mjs', import.meta.url));
const pinningReader = fileURLToPath(new URL('./pinning-reader.mjs', import.meta.url));
const kills = Number(process.env.TXLOG_KILLS ?? 12);
const writers = 6;
/** Where LMDB keeps the word of its writers' lock, on Linux with glibc; its highest bit says that somebody sleeps. */
const wordAt = 64;

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-gate-'));
  await openLmdbStorage({ dir }).close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it.runIf(process.platform === 'linux')(
  'a writer waits for the gate by looking at it, not by sleeping, at opening and at each commit',
  async () => {
    const open = new ScriptProcess(gateWriter, [dir, 'told']);
    await open.printed(1);
    const holder = new ScriptProcess(lockHolder, [dir]);
    await holder.printed(1);
    const waiting = new ScriptProcess(gateWriter, [dir]);
    const word = () => readFileSync(join(dir, 'gate.mdb-lock')).readUInt32LE(wordAt);
    expect(word()).toBe(holder.child.pid);
    open.tell('write');
    await hasOpen(waiting.child.pid ?? 0, 'gate.mdb-lock');
    // Long enough to come to the lock, and shorter than it goes on looking.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(word()).toBe(holder.child.pid);
    await holder.kill();
    await Promise.all([waiting.printed(2), open.printed(3)]);
    await Promise.all([waiting.kill(), open.kill()]);
  },
);

it(`the gate lets ${writers} writers go on, of whom ${kills} are killed`, {
  timeout: 60_000 + kills * 2_000,
}, async () => {
  const start = () => new ScriptProcess(gateWriter, [dir]);
  let alive = Array.from({ length: writers }, start);
  for (let i = 0; i < kills; i++) {
    const [first, ...others] = alive;
    await first?.printed(1 + (i % 5));
    await first?.kill();
    alive = [...others, start()];
  }
  // Each of those who are left goes on.
  const seen = alive.map(({ lines }) => lines.length);
  await Promise.all(alive.map((writer, i) => writer.printed((seen[i] ?? 0) + 3)));
  await Promise.all(alive.map((writer) => writer.kill()));
});

it('the pages that a killed reader held are used again', async () => {
  const storage = openLmdbStorage({ dir, readerCheckMs: 0 });
  let count = 0;
  const grow = async () => {
    const before = storage.size().usedBytes;
    for (let i = 0; i < 200; i++) {
      count += 1;
      await storage.write((tx) => tx.put('states', Buffer.from(`k${count % 50}`), Buffer.alloc(1_000, count)));
    }
    return storage.size().usedBytes - before;
  };
  await grow();
  const reader = new ScriptProcess(pinningReader, [dir]);
  await reader.printed(1);
  const pinned = await grow();
  await reader.kill();
  const after = await grow();
  expect(after).toBeLessThan(pinned / 4);
  await storage.close();
});

/** Resolves once a process has such a file open. */
async function hasOpen(pid: number, name: string): Promise<void> {
  const files = () => readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  for (;;) {
    try {
      if (files().some((file) => file.endsWith(`/${name}`))) return;
    } catch {
      // A file was closed while it was looked at.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
