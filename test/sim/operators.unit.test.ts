// Goal: whatever fails, hangs, dies, sleeps or jumps, no session is lost and none is led twice at once: in the end each is
// removed, stored or parked, and what was done for it was done once. Method: 64 operators in four processes over one
// storage, in simulated time, all chance from one seed. Advisors fail, hang and take their time; writes fail, or are of
// unknown outcome; processes are killed, stopped and continued; the wall clock jumps. TXLOG_RUNS multiplies the seeds; a
// failure names its seed, and TXLOG_SEED repeats it.
import { describe, expect, it } from 'vitest';
import { Simulation } from './operators/simulation.ts';

const runs = Number(process.env.TXLOG_RUNS ?? 1);
const first = process.env.TXLOG_SEED;
const seeds = first === undefined ? Array.from({ length: 100 * runs }, (_, i) => i + 1) : [Number(first)];

describe('many operators and one storage', () => {
  it(
    'lose no session and lead none twice at once, whatever fails',
    async () => {
      for (const seed of seeds) {
        const simulation = new Simulation(seed);
        await simulation.run().catch((cause: unknown) => {
          throw new Error(`TXLOG_SEED=${seed}: ${(cause as Error).message}`, { cause });
        });
        if (process.env.TXLOG_SHOW) console.log(seed, simulation.effects.turns, [...simulation.events].join(' '));
      }
      expect(seeds.length).toBeGreaterThan(0);
    },
    120_000 * runs,
  );
});
