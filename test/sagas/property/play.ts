import type { Environment } from '../../../src/environment/environment.ts';
import { readHead } from '../../../src/layout/meta.ts';
import { memoryLeases } from '../../../src/leases/memory-leases.ts';
import type { Leases } from '../../../src/ports/leases.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { SagaSummary } from '../../../src/sagas/read/list-sagas.ts';
import type { Worker } from '../../../src/sessions/turn/work-events.ts';
import { MemoryFiles, openMemoryStorage } from '../../../src/storage/memory/memory-storage.ts';
import { FaultyStorage } from '../../sim/faulty-storage.ts';
import { openOn } from '../../sim/open-env.ts';
import { SimProcess, SimWorld, simStorage } from '../../sim/operators/world.ts';
import { appOf, leaseSeconds, typeOf } from './app.ts';
import { Callee } from './callee.ts';
import type { Story, Trouble } from './plans.ts';

const workers = 2;
const sagasAtOnce = 24;
const troubleMs = 15_000;
const calmRounds = 60;
const mendRounds = 12;

/** A storage whose process dies with it, and waits while that is stopped. */
class MortalStorage extends FaultyStorage {
  private readonly process: SimProcess;

  constructor(inner: Storage, process: SimProcess) {
    super(inner);
    this.process = process;
  }

  override async write<T>(work: Parameters<Storage['write']>[0] & ((tx: never) => T)): Promise<T> {
    await this.process.running();
    const result = await super.write(work as never);
    await this.process.running();
    return result as T;
  }

  override die(): never {
    this.process.kill();
    return super.die();
  }
}

interface Running {
  readonly process: SimProcess;
  readonly storage: MortalStorage;
  readonly worker: Worker;
}

/** A story, played: environments, workers, troubles, calm, and what a person does in the end. */
export class Play {
  readonly world: SimWorld;
  readonly callee: Callee;
  readonly story: Story;
  /** Ids of the sagas that were started, with their plans. */
  readonly started = new Map<string, number>();
  /** Phases of all sagas, those that others undo, and those that were forced: as they were looked at last. */
  readonly phases = new Map<string, string>();
  readonly undone = new Set<string>();
  readonly forcedIds = new Set<string>();
  /** How many words persons said, of each kind. */
  readonly words = new Map<string, number>();
  person!: Environment;
  private readonly files = new MemoryFiles();
  private readonly leases: Leases;
  private running: Running[] = [];

  constructor(story: Story) {
    this.story = story;
    this.world = new SimWorld(story.seed);
    this.callee = new Callee(this.world);
    this.leases = memoryLeases(new SimProcess(this.world));
  }

  /** Plays it until all sagas have ended. */
  async run(atRest: (play: Play) => Promise<void>): Promise<void> {
    this.person = (await this.open(new SimProcess(this.world))).env;
    await this.start();
    for (const trouble of this.story.troubles) this.plan(trouble);
    await this.replace();
    for (const trouble of this.story.troubles) if (trouble.do === 'fault') this.fault(trouble);
    for (let passed = 0; passed < troubleMs; passed += 1_000) {
      await this.replace();
      await this.world.pass(1_000);
    }
    await this.calm();
    await atRest(this);
    await this.mend();
  }

  /** All sagas, as they are listed. */
  async sagas(): Promise<readonly SagaSummary[]> {
    const all: SagaSummary[] = [];
    for await (const saga of this.person.sagas.list()) all.push(saga);
    return all;
  }

  /** Ends all workers in order. */
  async close(): Promise<void> {
    for (const { process, worker } of this.running) if (!process.isDead) void worker.kill();
    await this.world.pass(1_000);
    for (const { process } of this.running) process.kill();
  }

  private async start(): Promise<void> {
    const { plans } = this.story;
    for (const [i, { sagas }] of plans.entries())
      for (let n = 0; n < sagas; n++) {
        const { id } = await this.person.sagas.start(typeOf(i), { n }, { id: `${typeOf(i)}.${n}`, delay: n });
        this.started.set(id, i);
      }
  }

  private async open(process: SimProcess): Promise<{ env: Environment; storage: MortalStorage }> {
    const inner = simStorage(openMemoryStorage(this.files), process, { rate: 0 });
    const storage = new MortalStorage(inner, process);
    const bound = [0, 1, 7, 1_000][this.world.below(4)] ?? 0;
    let env: Environment | undefined;
    const head = () => inner.read((snapshot) => readHead(snapshot).position);
    const place = { process, callee: this.callee, head, env: () => env as Environment };
    const random = () => this.world.random();
    env = await openOn(storage, { app: appOf(this.story, place), clock: process, leases: this.leases, bound, random });
    return { env, storage };
  }

  /** As by whoever watches over processes. */
  private async replace(): Promise<void> {
    for (let i = 0; i < workers; i++) {
      const running = this.running[i];
      if (!running || running.process.isDead) this.running[i] = await this.work();
    }
  }

  private async work(): Promise<Running> {
    const process = new SimProcess(this.world);
    const { env, storage } = await this.open(process);
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const onEvent = () => {
      begun();
      this.world.activity += 1;
    };
    const worker = env.work({ concurrency: sagasAtOnce, lease: leaseSeconds, onEvent });
    const end = () => process.kill();
    void worker.done.then(end, end);
    await Promise.race([hasBegun, process.death]);
    return { process, storage, worker };
  }

  private plan(trouble: Trouble): void {
    if (trouble.do !== 'fault') this.world.after(new SimProcess(this.world), trouble.at, () => this.happen(trouble));
  }

  private fault({ who, write, fault }: Trouble & { do: 'fault' }): void {
    this.running[who]?.storage.plan(write, fault);
  }

  private happen(trouble: Trouble): void {
    if (trouble.do === 'word') return void this.say(trouble);
    if (trouble.do === 'fault') return;
    const { process, worker } = this.running[trouble.who] ?? {};
    if (!process || !worker || process.isDead) return;
    if (trouble.do === 'kill') process.kill();
    if (trouble.do === 'drain') void worker.stop();
    if (trouble.do === 'killed') void worker.kill();
    if (trouble.do === 'stop') {
      process.stop();
      this.world.after(new SimProcess(this.world), trouble.ms, () => process.resume());
    }
  }

  /** A person says something, whether it fits or not. */
  private async say({ word, saga }: Trouble & { do: 'word' }): Promise<void> {
    const ids = [...this.started.keys()];
    const id = ids[saga % ids.length] ?? '';
    const { sagas } = this.person;
    const by = { actor: 'eve', reason: 'a word' };
    const said =
      word === 'force'
        ? sagas.force(id, saga % 2 === 0 ? 'done' : 'compensated', by)
        : word === 'answer'
          ? sagas.answer({ id, step: 's0a' }, { result: 'by hand' }, by)
          : sagas[word](id, by);
    const refused = (error: { code?: string }) => {
      if (error.code !== 'SAGA_STATE') throw error;
    };
    await said.then(() => this.words.set(word, (this.words.get(word) ?? 0) + 1), refused);
    this.world.activity += 1;
  }

  /** No more troubles: until nothing is left but what has ended, or waits for a person. */
  private async calm(): Promise<void> {
    this.callee.isCalm = true;
    for (const { storage, process } of this.running) {
      storage.heal();
      process.resume();
    }
    for (let round = 0; round < calmRounds; round++) {
      await this.replace();
      await this.world.pass(3_000);
      if (await this.isAtRest()) return;
    }
    throw new Error('it does not come to rest');
  }

  private async isAtRest(): Promise<boolean> {
    const led = new Set<string>(['ready', 'active', 'stored']);
    const all = await this.sagas();
    const parked = new Set(all.flatMap(({ id, status }) => (status === 'parked' ? [id] : [])));
    // Who undoes what waits for a person looks now and then whether that has ended.
    const open = all.filter(({ id, status }) => led.has(status ?? '') && !parked.has(id.replace(/\/undo$/, '')));
    // A saga may wait for a child that waits for a person.
    const waits = open.filter(({ status, at }) => status !== 'stored' || at < this.world.wall + 100_000_000);
    return waits.length === 0;
  }

  /** A person sees to what is stuck, until it has ended. */
  private async mend(): Promise<void> {
    this.callee.isMended = true;
    for (let round = 0; round < mendRounds; round++) {
      const parked = (await this.sagas()).filter(({ status }) => status === 'parked');
      if (parked.length === 0 && (await this.sagas()).every(({ status }) => status === undefined)) return;
      for (const { id, phase } of parked) {
        const { mend } = this.story.plans[Number(/^t(\d+)/.exec(id)?.[1] ?? 0)] ?? { mend: 'retry' };
        const by = { actor: 'eve', reason: 'stuck' };
        // A refusal under a key stands; what was tried again comes back stuck.
        const word = phase !== 'failed' ? 'retry' : round > 3 ? 'skip' : mend;
        if (word === 'force') await this.person.sagas.force(id, 'compensated', by);
        else await this.person.sagas[word](id, by);
      }
      await this.world.pass(6_000);
      await this.isAtRest();
    }
    throw new Error('what was mended does not end');
  }
}
