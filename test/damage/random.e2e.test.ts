// Goal: whatever becomes of the bytes of an environment, no command ends by a signal or calls it a bug of ours, and none
// answers something else with exit code 0 while doctor, verify and rescan --verify all say that all is well. Method: bits
// are flipped, pages zeroed, exchanged, brought back from earlier, and files cut, at random but by a seed, in each file of an
// environment; then real commands run on it, in one process, so that a crash is seen by its signal.
// TXLOG_RUNS multiplies the trials; TXLOG_SEED plays another series of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runs } from '../kit/length.ts';
import { makeOrigin } from './origin.ts';
import { type Fault, Trials } from './trials.ts';

const trialsOf = (share: number) => Math.ceil(share * runs);
const seed = Number(process.env.TXLOG_SEED ?? 1);
const root = mkdtempSync(join(tmpdir(), 'txlog-damage-'));

afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each([
  ['an environment whose pages are all looked at when it is opened', 40, trialsOf(120)],
  ['an environment whose pages are looked at when they are needed', 300, trialsOf(30)],
])(
  '%s is damaged at random, and no command crashes, calls it a bug, or keeps silent',
  async (_, records, count) => {
    const origin = join(root, `origin-${records}`);
    const { earlier } = await makeOrigin(origin, records);
    const trials = new Trials(origin, root, earlier);
    const before = await trials.baseline();
    expect(before.map(({ exit, message }) => message ?? exit)).toEqual(before.map(() => 0));
    const faults: Fault[] = [];
    for (let trial = 0; trial < count; trial++) {
      const fault = await trials.trial(seed, trial, before);
      if (fault) faults.push(fault);
    }
    await trials.end();
    expect(faults).toEqual([]);
  },
  3_600_000,
);
