// Goal: what is tried out upon an environment comes out exactly as if it were submitted, in any amount, and leaves no trace.
// Method: random requests are rehearsed, meanwhile the environment goes on by itself; then the same requests are
// submitted to a twin that stands where the environment stood, and all receipts, states, lists and pages are compared.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Change, type Clock, type Environment, openEnvironment, type RequestInput } from '../../src/index.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { all } from '../kit/all.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';

shrinkLimits({ sliceRows: 2, appliedPerChunk: 4, postingsPerChunk: 3, batchRecordsMax: 4, scanInOrderMax: 0 });
const root = mkdtempSync(join(tmpdir(), 'txlog-rehearsal-'));
let count = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

const dedicated = fc.constantFrom('d/0', 'd/1', 'd/2');
const shared = fc.constantFrom('s/0', 's/1');
const change = fc.oneof(
  fc.record({ op: fc.constant('claim'), key: dedicated, pending: fc.constantFrom(2, 1_000) }),
  fc.record({ op: fc.constant('release'), key: dedicated, owner: fc.nat(30).map((n) => `r-${n}`) }),
  fc.record({ op: fc.constant('add'), key: fc.constantFrom('n/0', 'n/1'), value: fc.nat(9) }),
  fc.record({ op: fc.constant('append'), key: fc.constant('l/0'), value: fc.array(fc.nat(9), { maxLength: 2 }) }),
  fc.record({ op: fc.constant('set'), key: shared, value: fc.nat(9) }),
  fc.record({ op: fc.constant('delete'), key: shared }),
) as fc.Arbitrary<Change>;
/** Ids meet, so that some requests are duplicates, of the environment's own or of rehearsed ones, and some conflict. */
const request: fc.Arbitrary<RequestInput> = fc.record({
  id: fc.nat(30).map((n) => `r-${n}`),
  type: fc.constantFrom('t', 'u', 'v'),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});
const requests = fc.array(request, { minLength: 1, maxLength: 25 });

/** Submits all in one go and undoes some; what each was answered, and all that can be read then. */
async function perform(env: Environment, inputs: readonly RequestInput[]) {
  const answers = await env.submitChecked(inputs.map((input) => env.check(input)));
  const undone = [];
  for (const position of [1, 3]) {
    if (await env.find(position)) undone.push(await env.compensate(position, { id: `undo-${position}` }));
  }
  return { answers: answers.map((answer) => (answer.type === 'error' ? answer.error.code : answer)), undone };
}

async function observe(env: Environment) {
  const states = await all(env.states());
  const applied = await Promise.all(states.map(({ key }) => env.applied(key)));
  const records = await all(env.records());
  const ofType = await all(env.records({ types: ['u'], outcome: 'rejected' }, { reverse: true }));
  return { head: await env.head(), states, applied, records, ofType, ofKey: await env.count({ key: 'n/0' }) };
}

/** As text, without what a copy cannot have: a durability. */
function comparable(seen: unknown): unknown {
  return JSON.parse(JSON.stringify(seen, (name, value) => (name === 'durability' ? undefined : value)));
}

describe('a rehearsal', () => {
  const onDisk = (checkpointRecords: number, clock: Clock) =>
    openEnvironment(join(root, String(count++)), { create: true, clock, checkpointRecords });
  const inMemory = (bound: number, clock: Clock) => openOn(openMemoryStorage(), { bound, clock });

  it.each([
    ['in memory', inMemory, 60],
    ['on LMDB', onDisk, 6],
  ])('%s answers as the environment itself would, and changes nothing there', async (_, open, numRuns) => {
    const bounds = fc.constantFrom(0, 1, 7, 1_000);
    await fc.assert(
      fc.asyncProperty(requests, requests, requests, bounds, async (before, tried, meanwhile, bound) => {
        const clock = new SteeredClock({ time: 1_700_000_000_000 });
        const [env, twin] = [await open(bound, clock), await open(bound, clock)];
        for (const each of [env, twin]) await perform(each, before);
        const rehearsed = await env.withFork(async (copy) => {
          const ahead = await perform(env, meanwhile);
          const answers = await perform(copy, tried);
          expect(ahead.answers).toHaveLength(meanwhile.length);
          return comparable({ ...answers, ...(await observe(copy)) });
        });
        const submitted = comparable({ ...(await perform(twin, tried)), ...(await observe(twin)) });
        expect(rehearsed).toEqual(submitted);
        expect((await env.rescanVerify()).problems).toEqual([]);
        await env.close();
        await twin.close();
      }),
      { numRuns },
    );
  });

  it('works on an environment that is open read-only, and on one in memory', async () => {
    const dir = join(root, 'read-only');
    await (await openEnvironment(dir, { create: true })).close();
    const environments = [
      await openEnvironment(dir, { readOnly: true }),
      await openEnvironment(':memory:', { create: true }),
    ];
    for (const env of environments) {
      const receipt = await env.withFork((copy) =>
        copy.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] }),
      );
      expect(receipt).toMatchObject({ position: 1, outcome: 'committed' });
      expect((await env.head()).position).toBe(0);
      await env.close();
    }
  });

  it('passes on an error of its work, and removes what it made', async () => {
    const env = await openEnvironment(join(root, 'failing'), { create: true });
    const failed = env.withFork(async (copy) => {
      await copy.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
      throw new Error('mine');
    });
    await expect(failed).rejects.toThrow('mine');
    expect(readdirSync(env.dir).sort()).toEqual(['current', 'g1']);
    const receipt = await env.submit({ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] });
    expect(receipt).toMatchObject({ position: 1 });
    await env.close();
  });
});
