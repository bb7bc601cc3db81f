// Goal: whichever write fails, is of unknown outcome, or is the last of its process, repeating the same requests ends in
// the very same log and states. Method: one script, run without faults for the reference, then with a fault at each of its
// writes: those of batches and each slice of each checkpoint. Equal digests mean equal logs, byte for byte.

import { describe, expect, it } from 'vitest';
import { given } from '../../src/core/base/given.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { MemoryFiles as Memory, type MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { type Fault, FaultyStorage } from './faulty-storage.ts';
import { openOn, SteeredClock, untilQuiet } from './open-env.ts';
import { shrinkLimits } from './shrink-limits.ts';

shrinkLimits({ sliceRows: 2, appliedPerChunk: 4, postingsPerChunk: 3, batchRecordsMax: 3 });

type Step = readonly RequestInput[] | { readonly compensate: string } | 'idle' | 'wait';

const add = (id: string, ...keys: string[]): RequestInput => ({
  id,
  type: 'count',
  changes: keys.map((key) => ({ op: 'add', key, value: 1 })),
});
const claim = (id: string, key: string, pending?: number): RequestInput => ({
  id,
  type: 'claim',
  changes: [{ op: 'claim', key, ...given({ pending }) }],
});

const script: readonly Step[] = [
  [add('a1', 'n', 'm'), add('a2', 'n'), claim('c1', 'seat/1')],
  [claim('c2', 'seat/1')],
  [claim('c3', 'seat/2', 2)],
  'idle',
  [add('a3', 'n', 'p'), add('a4', 'n')],
  'wait',
  [claim('c4', 'seat/2')],
  [add('a5', 'n'), add('a6', 'm', 'q', 'r'), add('a7', 'n')],
  { compensate: 'a3' },
  'idle',
  [{ id: 's1', type: 'list', changes: [{ op: 'append', key: 'list', value: [1, 2] }] }],
  { compensate: 'c1' },
  [claim('c5', 'seat/1'), claim('c6', 'seat/1')],
  'idle',
];

/** A process that is started again whenever it died or stopped. */
class Script {
  storage: FaultyStorage;
  readonly world = { time: 1_700_000_000_000 };
  private clock = new SteeredClock(this.world);
  private env: Environment | undefined;
  private readonly files: MemoryFiles;
  private readonly bound: number;
  readonly acknowledged = new Set<string>();

  constructor(files: MemoryFiles, bound: number) {
    this.files = files;
    this.bound = bound;
    this.storage = new FaultyStorage(openMemoryStorage(files));
  }

  async run(): Promise<void> {
    for (const step of script) {
      if (step === 'wait') this.world.time += 5_000;
      else if (step === 'idle') await this.idle();
      else await this.endTurn((env) => this.take(env, step));
    }
    await this.endTurn((env) => env.close());
  }

  private async take(env: Environment, step: readonly RequestInput[] | { readonly compensate: string }): Promise<void> {
    if ('compensate' in step) {
      this.acknowledged.add((await env.compensate(step.compensate, { id: `undo-${step.compensate}` })).id);
      return;
    }
    const answers = await env.submitChecked(step.map((request) => env.check(request)));
    for (const answer of answers) if ('receipt' in answer) this.acknowledged.add(answer.receipt.id);
  }

  private async idle(): Promise<void> {
    this.clock.fire();
    await untilQuiet(this.storage);
  }

  private async endTurn(work: (env: Environment) => Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        return await work(await this.open());
      } catch (error) {
        expect((error as { code: string }).code).toBe('STORAGE_FAILED');
        if (this.storage.dead || this.env === undefined) await this.restart();
      }
    }
    throw new Error('one fault was more than one failure');
  }

  private async open(): Promise<Environment> {
    this.env ??= await openOn(this.storage, { clock: this.clock, bound: this.bound });
    return this.env;
  }

  private async restart(): Promise<void> {
    this.clock = new SteeredClock(this.world);
    this.storage = new FaultyStorage(openMemoryStorage(this.files));
    this.env = undefined;
  }
}

async function summary(files: MemoryFiles) {
  const env = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
  const states = [];
  for await (const state of env.states()) states.push(state);
  const records = [];
  for await (const { id, outcome } of env.records()) records.push(`${id} ${outcome}`);
  const { digest, counts } = await env.head();
  expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  return { digest, counts, states, records };
}

const faults: readonly Fault[] = ['fail-before', 'fail-after', 'die-before', 'die-after'];

describe.each([0, 2, Number.POSITIVE_INFINITY])('with a checkpoint bound of %d', (bound) => {
  it.each(faults)('%s at any write ends in the same log and states', async (fault) => {
    const reference = new Memory();
    const plain = new Script(reference, bound);
    await plain.run();
    const expected = await summary(reference);
    const writes = plain.storage.writes;
    expect(writes).toBeGreaterThan(bound === 2 ? 20 : 10);
    for (let n = 1; n <= writes; n++) {
      const files = new Memory();
      const faulty = new Script(files, bound);
      faulty.storage.plan(n, fault);
      await faulty.run();
      const found = await summary(files);
      expect(found, `${fault} at write ${n} of ${writes}`).toEqual(expected);
      expect(faulty.acknowledged).toEqual(plain.acknowledged);
      for (const id of faulty.acknowledged)
        expect(found.records.filter((record) => record.startsWith(`${id} `))).toHaveLength(1);
    }
  });
});
