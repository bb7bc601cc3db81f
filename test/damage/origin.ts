import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEnvironment } from '../../src/engine.ts';

/** Makes an environment with something of everything, and beside it the data file as it was half way. */
export async function makeOrigin(dir: string, records: number): Promise<{ readonly earlier: string }> {
  const earlier = `${dir}.earlier`;
  for (const half of [0, 1]) {
    const env = await openEnvironment(dir, { create: true, checkpointRecords: 20 });
    for (let i = 0; i < records / 2; i++) {
      const n = half * (records / 2) + i;
      await env.submit({
        id: `r-${n}`,
        type: n % 2 ? 'odd' : 'even',
        changes: [
          { op: 'set', key: `k/${n % 11}`, value: { n, text: 'x'.repeat(n % 40 === 0 ? 5_000 : (n * 13) % 90) } },
          { op: 'claim', key: `d/${n % 17}`, value: n },
          { op: 'add', key: 'sum', value: 1 },
        ].slice(n % 3 === 0 ? 0 : 2) as never,
      });
    }
    for (let i = 0; i < 3; i++) await env.sessions.create(`theme-${i}`, { i }, { id: `s-${half}-${i}` });
    await env.saveCursor('other', { position: 5 + half, details: { half } });
    await env.close();
    if (half === 0) copyFileSync(join(dir, 'g1', 'data.mdb'), earlier);
  }
  return { earlier };
}
