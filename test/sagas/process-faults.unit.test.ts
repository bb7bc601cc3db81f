// Goal: whatever fails, dies, sleeps or competes, each record is decided on once, in log order. Method: workers in three
// processes over one storage, in simulated time, all chance from one seed; writes fail or are of unknown outcome, processes
// are killed, also in the middle of a write, or stopped for longer than their lease. The ids of what is decided are new at
// each call, so that only the cursor keeps it from being done twice. TXLOG_RUNS multiplies the seeds; a failure names its
// seed, and TXLOG_SEED repeats it.
import { beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/core/app/app.ts';
import type { Decision, ProcessRecord } from '../../src/core/app/process-definition.ts';
import { sessionOfKey } from '../../src/core/fold/session.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { memoryLeases } from '../../src/leases/memory-leases.ts';
import type { Leases } from '../../src/ports/leases.ts';
import type { WorkEvent } from '../../src/sessions/turn/work-events.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { runs } from '../kit/length.ts';
import { openOn } from '../sim/open-env.ts';
import { SimProcess, SimWorld, simStorage } from '../sim/operators/world.ts';

const only = process.env.TXLOG_SEED;
const seeds = only === undefined ? Array.from({ length: Math.ceil(60 * runs) }, (_, i) => i + 1) : [Number(only)];
const workers = 3;
const leaseSeconds = 3;
const events = 60;
const policy = { lease: leaseSeconds, attempts: 1_000, backoff: { first: 0.2, factor: 1, max: 0.2 } };

class Story {
  readonly happened = new Map<WorkEvent['type'], number>();
  private readonly world: SimWorld;
  private readonly files = new MemoryFiles();
  private readonly leases: Leases;
  private readonly faults = { rate: 0 };
  private processes: SimProcess[] = [];
  private submitted = 0;
  private calls = 0;

  constructor(seed: number) {
    this.world = new SimWorld(seed);
    this.leases = memoryLeases(new SimProcess(this.world));
  }

  async run(): Promise<void> {
    const { world } = this;
    const env = await this.open(new SimProcess(world), { rate: 0 });
    await this.trouble(env);
    this.faults.rate = 0;
    for (const process of this.processes) process.resume();
    for (let round = 0; round < 60 && !(await this.isQuiet(env)); round++) {
      await this.replace();
      await world.pass(1_000);
    }
    await this.expectOnce(env);
    expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  }

  private open(process: SimProcess, faults: { rate: number }): Promise<Environment> {
    const storage = simStorage(openMemoryStorage(this.files), process, faults);
    const bound = [0, 1, 7, 1_000][this.world.below(4)] ?? 0;
    const random = () => this.world.random();
    return openOn(storage, { app: this.app(), clock: process, leases: this.leases, bound, random });
  }

  private app(): App {
    return {
      sagas: { wait: { steps: [{ name: 'ask', do: { ask: { to: 'nobody', data: null }, timeout: 10_000_000 } }] } },
      processes: { p: { decide: (record) => this.decide(record), from: 'start', on: { types: ['event'] }, ...policy } },
    };
  }

  /** Now and then it fails; its ids differ each time. */
  private decide({ payload, id }: ProcessRecord): Decision | Decision[] | undefined {
    this.calls += 1;
    this.world.activity += 1;
    if (this.faults.rate > 0 && this.world.chance(0.01)) throw new Error('the rules failed');
    const call = `${id}#${this.calls}`;
    const note: Decision = { do: 'send', to: 'notes', data: id, id: `note-${call}` };
    const changes = [{ op: 'add', key: `count/${id}`, value: 1 }] as const;
    const count: Decision = { do: 'submit', request: { id: `count-${call}`, type: 'count', payload: id, changes } };
    const start: Decision = { do: 'start', saga: 'wait', data: id, id: `saga-${id}` };
    const complete: Decision = { do: 'complete', saga: `saga-e${Number(payload) - 6}`, step: 'ask' };
    return [note, count, [start, complete], [count, note, start, complete], [], undefined][Number(payload) % 6];
  }

  private async trouble(env: Environment): Promise<void> {
    const { world } = this;
    this.faults.rate = 0.03;
    for (let round = 0; round < 12; round++) {
      await this.replace();
      for (let n = 0; n < events / 12; n++) {
        const id = `e${this.submitted}`;
        await env.submit({ id, type: 'event', payload: this.submitted });
        this.submitted += 1;
        if (world.chance(0.3)) await world.pass(world.random() * 100);
      }
      const process = this.processes[world.below(this.processes.length)];
      const fate = world.random();
      if (process && fate < 0.25) process.kill();
      else if (process && fate < 0.45) this.stop(process);
      else if (fate < 0.55) this.faults.rate = world.chance(0.3) ? 0.2 : 0.03;
      await world.pass(world.random() * 1_500);
    }
  }

  private stop(process: SimProcess): void {
    process.stop();
    this.world.after(new SimProcess(this.world), leaseSeconds * 1_500, () => process.resume());
  }

  private async replace(): Promise<void> {
    this.processes = this.processes.filter(({ isDead }) => !isDead);
    while (this.processes.length < workers) await this.start();
  }

  private async start(): Promise<void> {
    const process = new SimProcess(this.world);
    const env = await Promise.race([this.open(process, this.faults).catch(() => undefined), process.death]);
    if (!env || process.isDead) return;
    this.processes.push(process);
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const onEvent = ({ type }: WorkEvent) => {
      begin();
      this.world.activity += 1;
      this.happened.set(type, (this.happened.get(type) ?? 0) + 1);
    };
    const worker = env.work({ concurrency: 4, lease: leaseSeconds, onEvent });
    const kill = () => process.kill();
    void worker.done.then(kill, kill);
    await Promise.race([begun, process.death]);
  }

  private async isQuiet(env: Environment): Promise<boolean> {
    const data = (await env.sessions.get('txlog.process/p'))
      ? (await env.sessions.data('txlog.process/p')).at(-1)
      : undefined;
    const { position: head } = await env.head();
    const { position = 0 } = (data ?? {}) as { position?: number };
    let left = 0;
    for await (const page of env.pages({ types: ['event'], from: position + 1, to: head })) left += page.length;
    return left === 0 && (await env.sessions.get('txlog.process/p'))?.status === 'stored';
  }

  /** What each event led to, read from the log: the order of all that was decided is that of the events. */
  private async expectOnce(env: Environment): Promise<void> {
    const decided: string[] = [];
    const answered: string[] = [];
    for await (const page of env.pages({}))
      for (const { type, payload, changes } of page) {
        if (type === 'count') decided.push(`count ${payload}`);
        for (const { op, key, value } of changes) {
          const session = sessionOfKey(key) ?? '';
          const { data } = (value ?? {}) as { data?: unknown };
          if (op === 'session.new' && session.startsWith('note-')) decided.push(`note ${data}`);
          // What a saga asks is named after it.
          if (op === 'session.new' && /^saga-e\d+$/.test(session)) decided.push(`start ${session.slice(5)}`);
          const isAnswer = (data as { event?: string } | undefined)?.event === 'did';
          if (op === 'session.append' && isAnswer) answered.push(session.slice(5));
        }
      }
    expect(decided).toEqual(expectedOf(this.submitted));
    // What waits is completed by the record that comes six later.
    const waited = Array.from({ length: this.submitted - 6 }, (_, n) => n).filter((n) => n % 6 === 2 || n % 6 === 3);
    expect(answered.sort()).toEqual(waited.map((n) => `e${n}`).sort());
    for (let n = 0; n < this.submitted; n++) {
      const state = await env.get(`count/e${n}`);
      if (n % 6 === 1 || n % 6 === 3) expect(state, `e${n}`).toMatchObject({ value: 1, applied: 1 });
      else expect(state, `e${n}`).toBeUndefined();
    }
  }
}

function expectedOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => {
    const id = `e${n}`;
    return (
      [[`note ${id}`], [`count ${id}`], [`start ${id}`], [`count ${id}`, `note ${id}`, `start ${id}`], [], []][n % 6] ??
      []
    );
  }).flat();
}

async function play(seed: number): Promise<Story> {
  const story = new Story(seed);
  await story.run().catch((cause: unknown) => {
    throw new Error(`TXLOG_SEED=${seed}: ${(cause as Error).message}`, { cause });
  });
  return story;
}

// What is loaded when it is first needed takes time that is not simulated.
beforeAll(() => play(0), 60_000);

describe('a process and many troubled workers', () => {
  it(
    'decides on each record once, in the order of the log',
    async () => {
      const happened = new Map<string, number>();
      for (const seed of seeds)
        for (const [type, count] of (await play(seed)).happened) happened.set(type, (happened.get(type) ?? 0) + count);
      // Else nothing was put to the test.
      const troubles = ['error', 'mended', 'lease-lost'].map((type) => happened.get(type) ?? 0);
      if (only === undefined) expect(Math.min(...troubles)).toBeGreaterThan(seeds.length / 10);
    },
    300_000 * Math.max(1, runs),
  );
});
