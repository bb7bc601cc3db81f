// Goal: a load of any length needs a bounded amount of memory: neither input nor output nor the overlay piles up.
// Method: a process of its own submits a long generated stream and tells the peak of its own (anonymous) memory. Pages of
// the mapped file are not counted: the kernel shares and takes them back as it likes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-memory-'));
const bulk = fileURLToPath(new URL('./bulk.mjs', import.meta.url));
const megabytesMax = 300;

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each([
  ['a bulk load', false],
  ['a dry run', true],
])('%s', (name, dryRun) => {
  it.runIf(process.platform === 'linux')(
    `stays below ${megabytesMax} MB`,
    async () => {
      const load = { dir: join(root, name), count: 100_000, dryRun };
      const output = await new ScriptProcess(bulk, [JSON.stringify(load)]).done();
      const { position, anonymousMegabytes } = JSON.parse(output) as Record<string, number>;
      expect(position).toBe(load.count);
      expect(anonymousMegabytes).toBeLessThan(megabytesMax);
      expect(anonymousMegabytes).toBeGreaterThan(0);
    },
    120_000,
  );
});
