import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEnvironment } from '../../src/index.ts';
import { positionKey } from '../../src/layout/keys.ts';
import type { WriteTx } from '../../src/ports/storage.ts';

/** A temporary directory, and how to remove it. */
export function tempDir(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'txlog-filled-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Makes an environment with `count` records at positions 1 to `count`, every third of type `rare`. */
export async function fill(dir: string, count: number, { journal = true } = {}): Promise<void> {
  const env = await openEnvironment(dir, { create: true, journal });
  const requests = Array.from({ length: count }, (_, i) =>
    env.check({
      id: `r-${i + 1}`,
      type: i % 3 === 0 ? 'rare' : 'often',
      changes: [{ op: 'add', key: `k/${i % 7}`, value: 1 }],
    }),
  );
  await env.submitChecked(requests);
  await env.close();
}

/** Changes rows behind the engine's back. */
export async function damage(dir: string, change: (tx: WriteTx) => void): Promise<void> {
  const env = await openEnvironment(dir);
  await env.handle.storage.write(change);
  await env.close();
}

/** Flips one bit of a record's body. */
export function breakRecord(tx: WriteTx, position: number): void {
  const record = Buffer.from(tx.get('log', positionKey(position)) ?? []);
  const at = record.length - 40;
  record[at] = (record[at] ?? 0) ^ 1;
  tx.put('log', positionKey(position), record);
}
