// Goal: a disk that is full takes nothing away that was acknowledged, and what failed can be submitted again.
// Method: `ulimit -f` makes writes past a size fail as a full disk does, for one process and without privileges; the
// sizes let it happen in commits, in checkpoints and in closing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { ScriptProcess } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'txlog-full-'));
const filler = fileURLToPath(new URL('./filler.mjs', import.meta.url));

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a full disk', () => {
  it.each([
    { kilobytes: 400, bound: 0, together: 1, journal: false },
    { kilobytes: 700, bound: 7, together: 1, journal: false },
    { kilobytes: 1_500, bound: 64, together: 16, journal: false },
    { kilobytes: 2_000, bound: undefined, together: 64, journal: false },
    { kilobytes: 5_000, bound: 2_000, together: 64, journal: false },
    // The journal alone takes 4 MiB.
    { kilobytes: 4_400, bound: 64, together: 16, journal: true },
    { kilobytes: 5_000, bound: 2_000, together: 64, journal: true },
  ])(
    'at $kilobytes kB, bound $bound, $together at once, journal $journal: what was acknowledged stays',
    async (limit) => {
      const dir = join(root, JSON.stringify(limit).replaceAll(/\W+/g, '-'));
      const { kilobytes, ...options } = limit;
      const child = new ScriptProcess(
        filler,
        [JSON.stringify({ dir, ...options })],
        // Writes past the limit shall fail with EFBIG, not kill; the shell counts in blocks of 512 bytes.
        `trap "" XFSZ; ulimit -f ${kilobytes * 2};`,
      );
      await child.done();
      const acknowledged = child.lines.filter((line) => /^\d+$/.test(line)).map(Number);
      const said = Object.fromEntries(child.lines.slice(acknowledged.length).map((line) => line.split(' ')));
      expect(said.failed).toMatch(/^STORAGE_(FULL|FAILED)$/);
      // One request may still fit where many did not.
      expect(said.again).toMatch(/^(done|STORAGE_(FULL|FAILED)|EMERGENCY_STOP)$/);
      expect(said.close).toMatch(/^(closed|STORAGE_(FULL|FAILED))$/);
      expect(acknowledged.length).toBeGreaterThan(100);
      // What is read is the log, no more and no less, also after a commit that failed.
      expect(Number(said.total)).toBeGreaterThanOrEqual(acknowledged.length);

      const env = await openEnvironment(dir);
      for (const number of acknowledged) expect(await env.find(`r-${number}`)).toBeDefined();
      const { position } = await env.head();
      expect(await env.get('total')).toMatchObject({ value: position });
      expect(Number(said.total)).toBe(position);
      const all = acknowledged.length + 200;
      for (let number = 0; number < all; number++) {
        const changes = [
          { op: 'add', key: 'total', value: 1 },
          { op: 'set', key: `page/${(number * 7919) % 1000}`, value: 'x'.repeat(500) },
        ] as const;
        const receipt = await env.submit({ id: `r-${number}`, type: 'fill', changes });
        expect(receipt.outcome).toBe('committed');
      }
      expect(await env.get('total')).toMatchObject({ value: all });
      expect((await env.rescanVerify()).problems).toEqual([]);
      await env.close();
    },
    120_000,
  );
});
