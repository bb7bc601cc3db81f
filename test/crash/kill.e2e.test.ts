// Goal: whatever dies when, what was acknowledged is there, once, and nothing is half applied.
// Method: real processes write to environments that are kept across kills, and die by SIGKILL at random moments: while
// they open, commit, write a slice of a checkpoint, rebuild, close. A fresh process checks the log, the chain, all
// states, lists, counts and indexes against a fold of its own, and every receipt that any writer told.
// TXLOG_KILLS=10000 kills more often; TXLOG_SEED repeats a run's choices (not the moments of the machine).
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { killsFrom } from '../kit/length.ts';
import type { ScriptProcess } from '../processes/script-process.ts';
import { type Death, killAfter, startWriter, verify } from './killed-writers.ts';
import { Random } from './random.mjs';

const kills = killsFrom(45);
const seed = Number(process.env.TXLOG_SEED ?? Date.now() % 1_000_000);
const roundsPerVerification = 5;
const lifeMsMax = 160;
const receiptsMax = 60;
const root = mkdtempSync(join(tmpdir(), 'txlog-kill-'));

/** Each environment's writers: after how many records each writes the indexes, and in slices of how many rows. */
const environments = [
  { name: 'one synchronous writer', bounds: [0] },
  { name: 'one writer that checkpoints all the time', bounds: [7], sliceRows: 3 },
  { name: 'one writer with the default bound', bounds: [undefined] },
  { name: 'two writers of different bounds', bounds: [0, 64] },
  { name: 'three writers of different bounds', bounds: [7, 64, undefined], sliceRows: 5 },
  { name: 'three writers that also rebuild', bounds: [0, 7, undefined], rebuilds: true },
  { name: 'two writers with a journal that also rebuild', bounds: [7, undefined], rebuilds: true, journal: true },
];
const killsPerRound = environments.reduce((sum, { bounds }) => sum + bounds.length, 0);
const rounds = Math.ceil(kills / killsPerRound);

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe(`writers that are killed (seed ${seed}, ${rounds * killsPerRound} kills)`, () => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    '%s: every receipt holds and nothing is half applied',
    async (name, { bounds, sliceRows, rebuilds = false, journal = false }) => {
      const random = new Random(seed + name.length);
      const dir = join(root, name);
      const acknowledged = join(root, `${name}.receipts`);
      writeFileSync(acknowledged, '');
      const start = (round: number): ScriptProcess[] =>
        bounds.map((bound, i) =>
          startWriter({
            dir,
            name: `r${round}w${i}`,
            seed: random.below(2 ** 32),
            bound,
            sliceRows,
            rebuilds,
            journal,
          }),
        );
      let waiting = start(0);
      for (let round = 1; round <= rounds; round++) {
        const writers = waiting;
        // The next ones load while these work.
        waiting = round < rounds ? start(round) : [];
        const isLast = round === rounds;
        await Promise.all(writers.map((writer) => killAfter(writer, deathOf(random, isLast), acknowledged)));
        if (round % roundsPerVerification !== 0 || statSync(acknowledged).size === 0) continue;
        await verify(dir, acknowledged, 'read-only');
        if (round % 2 === 0) await verify(dir, acknowledged, 'writable');
      }
      expect(await verify(dir, acknowledged, 'writable')).toBeGreaterThan(0);
    },
    300_000 + kills * 1_000,
  );
});

/**
 * Half of them die after some time, maybe before they are open; the others, and all of the last round, have done
 * something by then, however slow the machine is.
 */
function deathOf(random: Random, isLast: boolean): Death {
  if (random.below(2) === 0 && !isLast) return { receipts: 0, ms: random.below(lifeMsMax) };
  return { receipts: 1 + random.below(receiptsMax), ms: random.below(10) };
}
