// Goal: threads of one process may write to one environment at once, each with a handle of its own.
// Method: several worker threads and the main thread submit at the same time, with different checkpoint bounds; they
// compete for the same dedicated keys, so that every decision depends on what the others did.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { openEnvironment, type Receipt } from '../../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-threads-'));
const perThread = 400;
const bounds = [0, 7, 64, undefined];

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('threads on one environment', () => {
  it('give every receipt its own position, and every key one owner', async () => {
    const dir = join(root, 'env');
    const env = await openEnvironment(dir, { create: true });
    const opened = bounds.map((bound, i) => openThread({ dir, name: `t${i}`, count: perThread, bound }));
    // However slow they were to load, all begin at once.
    const threads = (await Promise.all(opened)).map(runThread);
    const own: Receipt[] = [];
    for (let i = 0; i < perThread; i++) {
      own.push(await env.submit({ type: 'main', changes: [{ op: 'claim', key: `claim/${i}`, value: 'main' }] }));
    }
    const answers = await Promise.all(threads);
    const receipts = [...own, ...answers.flatMap((answer) => answer.receipts)];
    const total = perThread * (bounds.length + 1);
    expect(new Set(receipts.map(({ position }) => position)).size).toBe(total);
    expect(Math.max(...receipts.map(({ position }) => position))).toBe(total);
    expect(receipts.filter(({ outcome }) => outcome === 'committed')).toHaveLength(perThread);
    const { counts } = await env.head();
    expect(counts).toMatchObject({ committed: perThread, rejected: total - perThread, dedicated: perThread });
    const added = answers.flatMap((answer) => answer.receipts).filter(({ outcome }) => outcome === 'committed').length;
    expect((await env.get('total'))?.value).toBe(added);
    for (const { seen } of answers) expect(seen).toBeLessThanOrEqual(added);
    expect((await env.rescanVerify()).problems).toEqual([]);
    await env.close();
  }, 120_000);
});

interface ThreadAnswer {
  readonly receipts: readonly Receipt[];
  /** What the thread read of the total at its end. */
  readonly seen: number;
}

async function openThread(workerData: object): Promise<Worker> {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData });
  await once(worker, 'message');
  return worker;
}

async function runThread(worker: Worker): Promise<ThreadAnswer> {
  worker.postMessage('go');
  const [answer] = (await once(worker, 'message')) as [ThreadAnswer];
  return answer;
}
