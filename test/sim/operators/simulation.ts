import { expect } from 'vitest';
import type { App } from '../../../src/core/app/app.ts';
import type { Advice, Turn } from '../../../src/core/app/theme.ts';
import { sessionKey } from '../../../src/core/fold/session.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import { memoryLeases } from '../../../src/leases/memory-leases.ts';
import type { Leases } from '../../../src/ports/leases.ts';
import type { WorkEvent } from '../../../src/sessions/turn/work-events.ts';
import { MemoryFiles, openMemoryStorage } from '../../../src/storage/memory/memory-storage.ts';
import { openOn } from '../open-env.ts';
import { Effects } from './effects.ts';
import { SimProcess, SimWorld, simStorage } from './world.ts';

const leaseSeconds = 3;
const operatorsPerWorker = 16;
const workers = 4;
const sessions = 16;
const requests = 6;
const stepsMax = 4;
const policy = { lease: leaseSeconds, timeout: 5, attempts: 5, backoff: { first: 0.2, factor: 2, max: 4 } };

/** Never settles. */
const hang = () => new Promise<never>(() => {});

/** Many operators on several processes over one storage, of which everything fails now and then. */
export class Simulation {
  readonly world: SimWorld;
  readonly effects = new Effects();
  readonly events = new Map<WorkEvent['type'], number>();
  private readonly files = new MemoryFiles();
  private readonly leases: Leases;
  private readonly faults = { rate: 0 };
  private processes: SimProcess[] = [];
  private calm = false;
  private client: Environment | undefined;
  /** How many steps each session has, and how many requests there are. */
  private readonly steps = new Map<string, number>();
  private queued = 0;

  constructor(seed: number) {
    this.world = new SimWorld(seed);
    this.leases = memoryLeases(new SimProcess(this.world));
  }

  /** The whole story: work, faults, calm, and the end of all work. */
  async run(): Promise<void> {
    const env = await this.open(new SimProcess(this.world), { rate: 0 });
    this.client = env;
    await this.create(env, sessions / 2);
    while (this.processes.length < workers) await this.start();
    await this.trouble();
    await this.settleDown();
    await this.expectEnded(env, ['stored', 'parked']);
    await this.retryParked(env);
    await this.finish(env);
    await this.expectEnded(env, []);
    await this.expectEffects(env);
    expect(this.effects.problems).toEqual([]);
    expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  }

  private open(process: SimProcess, faults: { rate: number }): Promise<Environment> {
    const storage = simStorage(openMemoryStorage(this.files), process, faults);
    const bound = [0, 1, 7, 1_000][this.world.below(4)] ?? 0;
    const random = () => this.world.random();
    return openOn(storage, { app: this.app(process), clock: process, leases: this.leases, bound, random });
  }

  /** Sessions with a number of steps each, some on order keys; and requests, some of which want an answer. */
  private async create(env: Environment, upTo: number): Promise<void> {
    const { world, steps } = this;
    while (steps.size < upTo) {
      const id = `s${steps.size}`;
      steps.set(id, world.below(stepsMax + 1));
      const order = world.chance(0.4) ? { order: `k${world.below(3)}` } : {};
      const delay = world.chance(0.3) ? { delay: world.below(6) } : {};
      await env.sessions.create(world.chance(0.5) ? 'steps' : 'others', steps.get(id) ?? 0, { id, ...order, ...delay });
    }
    for (; this.queued < (requests * upTo) / sessions; this.queued++) {
      const n = this.queued;
      const changes = [{ op: 'add' as const, key: `paid/${n}`, value: 1 }];
      const respond = n % 2 === 0 ? { respond: 'answers' } : {};
      await env.enqueue({ id: `r${n}`, type: 'pay', changes }, { ...respond, ...(n % 3 === 0 && { order: 'o' }) });
    }
  }

  private app(process: SimProcess): App {
    const advisor = async (turn: Turn): Promise<Advice> => {
      const end = this.effects.begin(process, turn);
      try {
        return (await this.misbehave(process)) ?? nextStep(turn);
      } finally {
        end();
      }
    };
    return {
      themes: { steps: { ...policy, advisor }, others: { ...policy, advisor }, answers: { ...policy, advisor } },
    };
  }

  /** What an advisor does instead of its work, or before it. */
  private async misbehave(process: SimProcess): Promise<Advice | undefined> {
    const { world } = this;
    world.activity += 1;
    if (this.calm) return undefined;
    const fate = world.random();
    if (fate < 0.08) throw new Error('the advisor failed');
    if (fate < 0.11) return hang();
    if (fate < 0.13) return { op: 'dance' } as never;
    if (fate < 0.15) return { op: 'park', error: 'asked for' };
    if (fate < 0.25) return { op: 'store', seconds: world.random() * 4 };
    if (fate < 0.7) await new Promise<void>((resolve) => process.after(world.random() * 3_000, resolve));
    await process.running();
    return undefined;
  }

  /** A process with a worker of many operators. */
  private async start(): Promise<void> {
    const process = new SimProcess(this.world);
    const env = await Promise.race([this.open(process, this.faults).catch(() => undefined), process.death]);
    // It may meet a fault before it can begin.
    if (!env || process.isDead) return;
    this.processes.push(process);
    let started = () => {};
    const isStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    const worker = env.work({
      concurrency: operatorsPerWorker,
      lease: leaseSeconds,
      onEvent: (event) => {
        started();
        this.world.activity += 1;
        this.events.set(event.type, (this.events.get(event.type) ?? 0) + 1);
      },
    });
    // A worker ends by itself only when it gives up, at its start or later: then its process ends, too.
    void worker.done.then(
      () => process.kill(),
      () => process.kill(),
    );
    // What it is made of is loaded first, which takes time that is not simulated.
    await Promise.race([isStarted, process.death]);
  }

  /** A while in which anything may happen. */
  private async trouble(): Promise<void> {
    const { world } = this;
    this.faults.rate = 0.03;
    for (let round = 0; round < 16; round++) {
      const process = this.processes[world.below(this.processes.length)];
      const fate = world.random();
      if (process && fate < 0.12) process.kill();
      else if (process && fate < 0.4) this.stop(process, (0.3 + world.random() * 2) * leaseSeconds * 1_000);
      else if (fate < 0.48) world.wall += Math.round((world.random() - 0.5) * 7_200_000);
      else if (fate < 0.54) this.faults.rate = world.chance(0.3) ? 0.2 : 0.03;
      await this.create(this.client as Environment, Math.min(sessions, sessions / 2 + round));
      await this.replace();
      await world.pass(world.random() * 2_000);
    }
  }

  /** As by whoever watches over processes. */
  private async replace(): Promise<void> {
    this.processes = this.processes.filter(({ isDead }) => !isDead);
    while (this.processes.length < workers) await this.start();
  }

  private stop(process: SimProcess, ms: number): void {
    // One that has had no time to renew its lease is left alone: nobody could tell whether it still has it.
    if (process.isStopped || this.world.elapsed - process.runsSince < leaseSeconds * 500) return;
    process.stop();
    // Past its lease, others may lead what it led.
    this.world.after(new SimProcess(this.world), leaseSeconds * 1_000 * (2 / 3), () => {
      if (process.isStopped) this.effects.outlived(process);
    });
    this.world.after(new SimProcess(this.world), ms, () => process.resume());
  }

  /** No more faults; all workers that are left drain. */
  private async settleDown(): Promise<void> {
    this.faults.rate = 0;
    this.calm = true;
    await this.replace();
    for (const process of this.processes) process.resume();
    const env = this.client as Environment;
    for (let round = 0; round < 30 && !(await this.isSettled(env)); round++) await this.world.pass(2_000);
  }

  private async isSettled(env: Environment): Promise<boolean> {
    return (await this.live(env)).every(({ status }) => status === 'parked' || status === 'behind');
  }

  private async retryParked(env: Environment): Promise<void> {
    for (const { id, status } of await this.live(env))
      if (status === 'parked') expect(await env.sessions.ready(id)).toMatchObject({ ok: true });
  }

  private async finish(env: Environment): Promise<void> {
    await this.replace();
    for (let round = 0; round < 100 && (await this.live(env)).length > 0; round++) await this.world.pass(1_000);
  }

  private async live(env: Environment) {
    const sessions = [];
    for await (const session of env.sessions.list()) sessions.push(session);
    return sessions;
  }

  private async expectEnded(env: Environment, statuses: readonly string[]): Promise<void> {
    const others = (await this.live(env)).filter(
      ({ status, order }) => !statuses.includes(status) && !(order && statuses.length > 0 && status === 'behind'),
    );
    expect(others).toEqual([]);
  }

  /** Each step of each session once, in order; each request decided once; each answer brought once. */
  private async expectEffects(env: Environment): Promise<void> {
    for (const [id, wanted] of this.steps) {
      const done: unknown[] = [];
      for await (const { op, record } of env.sessions.history(id)) {
        const { value } = record.changes.find(({ key }) => key === sessionKey(id)) ?? {};
        if (op === 'session.append') done.push((value as { data: unknown }).data);
      }
      expect(done, `steps of ${id}`).toEqual(Array.from({ length: wanted }, (_, i) => i + 1));
    }
    for (let n = 0; n < requests; n++)
      expect(await env.get(`paid/${n}`), `request ${n}`).toMatchObject({ value: 1, applied: 1 });
    const { counts } = await env.sessions.theme('answers');
    expect(counts).toMatchObject({ created: requests / 2, removed: requests / 2 });
  }
}

/** The first chunk says how many steps there are; each of the others is one that is done. */
function nextStep({ data }: Turn): Advice {
  const [wanted, ...done] = data;
  if (typeof wanted !== 'number' || done.length >= wanted) return { op: 'remove' };
  return { op: 'append', data: done.length + 1 };
}
