// Goal: whatever fails, hangs, dies, sleeps or is said, each saga does all its steps, or undoes those that it has done or
// may have done, or waits for a person who is told; nothing begins before what comes before it is durable, and nothing is
// undone that did not happen. Method: random itineraries in simulated time, on workers that crash, are stopped, and meet
// faults in their writes; a world outside that keeps account; and a checker that reads the log by itself. TXLOG_RUNS
// multiplies the stories, TXLOG_SEED gives another seed than the usual one, to look further; what fails shrinks.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialise } from '../../src/environment/open-generation.ts';
import { Refold } from '../../src/replay/refold.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn } from '../sim/open-env.ts';
import { checkAtRest, checkEnded } from './property/check.ts';
import { type Kind, type Story, stories } from './property/plans.ts';
import { Play } from './property/play.ts';
// What is loaded when it is first needed takes time that is not simulated.
import '../../src/effects/system-effects.ts';
import { runs as someRuns } from '../kit/length.ts';

const runs = someRuns / 2;
const seed = Number(process.env.TXLOG_SEED ?? 20_261_121);
let sagas = 0;

async function tell(story: Story): Promise<void> {
  const play = new Play(story);
  try {
    await play.run(checkAtRest);
    await checkEnded(play);
    await play.close();
    sagas += (await play.sagas()).length;
    await checkReplay(play);
  } finally {
    await play.person?.handle.storage.close();
  }
}

/** Another environment, from nothing but the log, has the same sagas; nothing is called for it. */
async function checkReplay(play: Play): Promise<void> {
  const calls = play.callee.received.length;
  const storage = openMemoryStorage();
  await initialise(storage);
  await new Refold(storage).copy(play.person);
  const other = await openOn(storage);
  for (const { id } of await play.sagas()) expect(await other.sagas.get(id)).toEqual(await play.person.sagas.get(id));
  expect(await play.person.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  expect(await play.person.verify()).toMatchObject({ ok: true, problems: [] });
  expect(play.callee.received.length).toBe(calls);
  await other.close();
}

async function check(kind: Kind, numRuns: number): Promise<void> {
  await fc.assert(fc.asyncProperty(stories(kind), tell), { numRuns: Math.ceil(numRuns * runs), seed });
}

beforeAll(() => tell({ seed: 0, plans: [], troubles: [] }));

describe('sagas', () => {
  const long = 300_000 * Math.max(1, runs);
  it('end well without troubles, whatever their steps do', () => check({ crashes: false, words: false }, 70), long);
  it('end well when workers crash, stop, and cannot write', () => check({ crashes: true, words: false }, 160), long);
  it('end well when persons intervene however they like', () => check({ crashes: false, words: true }, 70), long);
  it('end well when workers crash and persons intervene', () => check({ crashes: true, words: true }, 100), long);
  it('were more than 10,000 in a whole run', () => expect(sagas).toBeGreaterThan(Math.min(1, runs) * 10_000));
});
