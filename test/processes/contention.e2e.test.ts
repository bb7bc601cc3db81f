// Goal: any number of processes share one environment; who dies or stands still is in nobody's way.
// Method: real processes, killed and stopped at the worst moments, one of them while it holds LMDB's writer lock.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { isLong } from '../kit/length.ts';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-contention-'));
const txlog = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const submitter = fileURLToPath(new URL('./submitter.mjs', import.meta.url));
const lockHolder = fileURLToPath(new URL('./lock-holder.mjs', import.meta.url));
const pausedReader = fileURLToPath(new URL('./paused-reader.mjs', import.meta.url));
const shellCount = isLong ? 64 : 16;
let dir = '';
let count = 0;

beforeEach(() => {
  count += 1;
  dir = join(root, String(count));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('processes on one environment', () => {
  it(`gives a key that ${shellCount} shells claim at once to one of them, whom all others name`, async () => {
    await (await openEnvironment(dir, { create: true })).close();
    const shells = await Promise.all(Array.from({ length: shellCount }, (_, i) => claimInShell(`r-${i}`)));
    const winners = shells.filter(({ code }) => code === 0);
    expect(winners).toHaveLength(1);
    const winner = winners[0]?.receipt;
    const losers = shells.filter(({ code }) => code === 1).map(({ receipt }) => receipt);
    expect(losers).toHaveLength(shellCount - 1);
    for (const { outcome, rejection } of losers) {
      expect(outcome).toBe('rejected');
      expect(rejection).toMatchObject({
        code: 'KEY_OWNED',
        key: 'email/ann@example.com',
        owner: { id: winner?.id, position: winner?.position },
      });
    }
    const positions = shells.map(({ receipt }) => Number(receipt.position)).sort((a, b) => a - b);
    expect(positions).toEqual(Array.from({ length: shellCount }, (_, i) => i + 1));
  }, 240_000);

  it('lets several write, read and rescan at once, and ends as one of them alone would', async () => {
    const bounds = [0, 7, undefined];
    const writers = bounds.map((bound, i) => submit({ dir, name: `w${i}`, count: 150, bound }));
    await writers[0]?.printed(1);
    const reader = new ScriptProcess(pausedReader, [dir]);
    await Promise.all(writers.map((writer) => writer.done()));
    const { errors } = await reader.kill();
    expect(errors).toBe('');
    const env = await openEnvironment(dir);
    expect(await env.get('total')).toMatchObject({ value: 450, version: 450, applied: 450 });
    const positions = writers.flatMap((writer) => writer.lines.map(Number)).sort((a, b) => a - b);
    expect(positions).toEqual(Array.from({ length: 450 }, (_, i) => i + 1));
    expect((await env.rescanVerify()).problems).toEqual([]);
    await env.close();
  }, 120_000);

  it('goes on after a writer died with the writer lock in its hand', async () => {
    const survivor = submit({ dir, name: 'survivor', bound: 7 });
    await survivor.printed(20);
    for (let death = 0; death < 5; death++) {
      const holder = new ScriptProcess(lockHolder, [join(dir, 'g1')]);
      await holder.printed(1);
      const before = survivor.lines.length;
      // One more may have been printed while the holder got the lock; after that nothing moves.
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(survivor.lines.length - before).toBeLessThanOrEqual(1);
      await holder.kill();
      // A lock that is not freed would keep it waiting for ever.
      await survivor.printed(survivor.lines.length + 2);
    }
    await survivor.kill();
    await expectIntact(survivor.lines.length);
  }, 60_000);

  it('goes on while a reader is stopped in the middle of its snapshot', async () => {
    const writer = submit({ dir, name: 'writer', bound: 7 });
    await writer.printed(50);
    const reader = new ScriptProcess(pausedReader, [dir]);
    await reader.printed(2);
    for (let stop = 0; stop < 5; stop++) {
      reader.child.kill('SIGSTOP');
      await writer.printed(writer.lines.length + 50);
      reader.child.kill('SIGCONT');
      await reader.printed(reader.lines.length + 1);
    }
    const { errors } = await reader.kill();
    expect(errors).toBe('');
    await writer.kill();
    await expectIntact(writer.lines.length);
  }, 60_000);
});

function submit(options: { dir: string; name: string; count?: number; bound: number | undefined }): ScriptProcess {
  return new ScriptProcess(submitter, [JSON.stringify(options)]);
}

/** All that was acknowledged is there, and the indexes agree with the log. */
async function expectIntact(acknowledged: number): Promise<void> {
  const env = await openEnvironment(dir);
  expect((await env.head()).position).toBeGreaterThanOrEqual(acknowledged);
  expect((await env.rescanVerify()).problems).toEqual([]);
  await env.close();
}

interface ClaimReceipt {
  readonly id: string;
  readonly position: string;
  readonly outcome: string;
  readonly rejection?: object;
}

async function claimInShell(id: string): Promise<{ code: number; receipt: ClaimReceipt }> {
  const change = JSON.stringify({ op: 'claim', key: 'email/ann@example.com', value: id });
  const args = [txlog, 'submit', '--env', dir, '--id', id, '--type', 'register', '--change', change, '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return { code: 0, receipt: JSON.parse(stdout) as ClaimReceipt };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (stdout === '') throw new Error(`shell ${id} ended with ${code}: ${stderr}`, { cause: error });
    return { code, receipt: JSON.parse(stdout) as ClaimReceipt };
  }
}
