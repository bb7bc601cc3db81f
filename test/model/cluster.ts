import { expect } from 'vitest';
import type { LogRecord } from '../../src/core/log/record.ts';
import type { RequestInput } from '../../src/core/log/request.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { Answer, Task } from '../../src/pipeline/2-batch.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { FaultyStorage } from '../sim/faulty-storage.ts';
import { type OpenOn, openOn, SteeredClock, untilQuiet, type World } from '../sim/open-env.ts';
import { type Action, fillIn, keys, type Template } from './actions.ts';
import { modelApp } from './app.ts';
import { checkKeys, checkRejection } from './check.ts';
import { completing } from './completion.ts';
import { errorCodes, Model, type ModelRecord, type ModelRequest } from './model.ts';
import { fillInSession, type SessionAction, type SessionTemplate } from './session-actions.ts';
import { checkSessions } from './session-check.ts';
import { completionOf, engineChanges, followOperation, plainOf, predict, type Submitted } from './session-play.ts';

/** Where the handles of a cluster meet: each `open` is a process of its own on the same data. */
export interface Backend {
  open(options: OpenOn): Promise<Opened>;
  dispose(): Promise<void>;
}

/** One handle: `storage` is what its writes go through, and where they can fail. */
export interface Opened {
  readonly env: Environment;
  readonly storage: FaultyStorage;
}

/** A handle whose writes fail on demand. */
export async function openFaulty(inner: Storage, options: OpenOn): Promise<Opened> {
  const storage = new FaultyStorage(inner);
  return { storage, env: await openOn(storage, options) };
}

/** One process: it may die, and come back with nothing in memory. */
class Member {
  storage: FaultyStorage;
  clock: SteeredClock;
  env: Environment;
  readonly bound: number;

  constructor(bound: number, parts: { storage: FaultyStorage; clock: SteeredClock; env: Environment }) {
    this.bound = bound;
    this.storage = parts.storage;
    this.clock = parts.clock;
    this.env = parts.env;
  }
}

/** Several handles on one environment, and the model of what they must answer. */
export class Cluster {
  readonly model = new Model(modelApp);
  readonly world: World = { time: 1_700_000_000_000 };
  members: Member[] = [];
  /** A handle that only ever reads, and so always folds what others appended. */
  observer!: Environment;
  private readonly backend: Backend;
  private readonly sent: ModelRequest[] = [];
  private turn = 0;
  private made = 0;

  private constructor(backend: Backend) {
    this.backend = backend;
  }

  static async open(backend: Backend, bounds: readonly number[]): Promise<Cluster> {
    const cluster = new Cluster(backend);
    cluster.observer = (await cluster.parts(Number.POSITIVE_INFINITY)).env;
    for (const bound of bounds) cluster.members.push(new Member(bound, await cluster.parts(bound)));
    return cluster;
  }

  /** Does one action, then compares the log and the states with the model, as the next member sees them. */
  async perform(action: Action | SessionAction): Promise<void> {
    await (isSessionAction(action) ? this.actOnSessions(action) : this.act(action));
    await this.follow();
    this.turn += 1;
    await this.compare(this.observer);
    await this.endTurn(this.member(this.turn), ({ env }) => this.compare(env));
  }

  private async compare(env: Environment): Promise<void> {
    await checkKeys(env, this.model, keys, this.world.time);
    await checkSessions(env, this.model);
  }

  /** Closes all members that live, and gives a fresh one. */
  async settle(): Promise<Environment> {
    for (const { storage, env } of this.members) {
      storage.heal();
      if (!storage.dead) await env.close();
    }
    this.members = [new Member(0, await this.parts(Number.POSITIVE_INFINITY))];
    return this.member(0).env;
  }

  async dispose(): Promise<void> {
    for (const { env } of this.members) await env.handle.storage.close();
    await this.observer.close();
    await this.backend.dispose();
  }

  private member(who: number): Member {
    return this.members[who % this.members.length] as Member;
  }

  private async parts(bound: number) {
    const clock = new SteeredClock(this.world);
    return { clock, ...(await this.backend.open({ app: modelApp, clock, bound })) };
  }

  private async restart(member: Member): Promise<void> {
    const { storage, env } = member;
    Object.assign(member, await this.parts(member.bound));
    storage.dead = true;
    await env.handle.storage.close();
  }

  private async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'wait':
        this.world.time += action.ms;
        return;
      case 'fault':
        return this.member(action.who).storage.plan(action.n, action.fault);
      case 'idle': {
        const { clock, storage } = this.member(action.who);
        clock.fire();
        return untilQuiet(storage);
      }
      case 'interrupt':
        return this.interrupt(this.member(action.who), this.next(action.request), action.idle);
      case 'crash':
        return this.restart(this.member(action.who));
      case 'reopen': {
        const member = this.member(action.who);
        await member.env.close().catch(ignoreInjected);
        return this.restart(member);
      }
      case 'rebuild':
        await this.member(action.who).env.rebuild();
        return;
      case 'compensate':
        return this.compensate(this.member(action.who), action.which);
      default:
        return this.send(action);
    }
  }

  private async send(action: Action): Promise<void> {
    switch (action.do) {
      case 'submit':
        return this.submit(this.member(action.who), [this.next(action.request)], false);
      case 'batch': {
        const requests = action.requests.map((template) => this.next(template));
        return this.submit(this.member(action.who), requests, action.atomic);
      }
      case 'race': {
        const all = action.requests.map(([who, template]) => [this.member(who), this.next(template)] as const);
        await Promise.all(all.map(([member, request]) => this.submit(member, [request], false, true)));
        return;
      }
      case 'overtake':
        return this.overtake(this.member(action.who), this.next(action.first), this.next(action.request));
      case 'resubmit': {
        const request = this.earlier(action.which);
        if (request) await this.submit(this.member(action.who), [request], false);
        return;
      }
      case 'conflict': {
        const request = this.earlier(action.which);
        if (request) await this.submit(this.member(action.who), [{ ...request, actor: 'another' }], false);
        return;
      }
      case 'preview':
        return this.preview(this.member(action.who), this.earlier(action.which));
    }
  }

  private async actOnSessions(action: SessionAction): Promise<void> {
    switch (action.do) {
      case 'jump':
        this.world.time += action.ms;
        return;
      case 'operate': {
        const tasks = action.tasks.map((template) => this.nextTask(template));
        return this.operate(this.member(action.who), tasks);
      }
      case 'operate-race': {
        const all = action.tasks.map(([who, template]) => [this.member(who), this.nextTask(template)] as const);
        await Promise.all(all.map(([member, task]) => this.operate(member, [task], true)));
        return;
      }
      case 'operate-late': {
        const [first, task] = [this.nextTask(action.first), this.nextTask(action.task)];
        const member = this.member(action.who);
        const other = this.member(this.members.indexOf(member) + 1);
        if (other !== member) member.storage.beforeWrite = () => this.operate(other, [first], true);
        await this.operate(member, [task], true);
        member.storage.beforeWrite = undefined;
        // What comes to nothing writes nothing: the other one may have come before a checkpoint, and be under way.
        await untilQuiet(other.storage);
      }
    }
  }

  private nextTask(template: SessionTemplate): Submitted {
    const fresh = `${this.made % 3 === 2 ? 'é' : 's'}${this.made}`;
    this.made += 1;
    const task = fillInSession(template, fresh, this.model);
    if ('operation' in task) return task;
    const earlier = typeof task.request === 'number' ? this.earlier(task.request) : undefined;
    const request = earlier ?? this.next(typeof task.request === 'number' ? { type: 't' } : task.request);
    return { request: { ...request, completes: task.completes } };
  }

  /** One batch. What is answered must be what the model answers, unless others come between or a fault repeats it. */
  private async operate(member: Member, tasks: readonly Submitted[], racing = false): Promise<void> {
    const expected = predict(this.model, tasks, this.world.time);
    let tries = 0;
    const answers = await this.endTurn(member, ({ env }) => {
      tries += 1;
      return env.process(tasks.map((task) => taskOf(env, task)));
    });
    if (!racing && tries === 1) expect(answers.map(plainOf).map(withoutWords)).toEqual(expected.map(withoutWords));
  }

  /** Another member comes first, between a batch's decision and the lock. */
  private async overtake(member: Member, first: ModelRequest, request: ModelRequest): Promise<void> {
    const other = this.member(this.members.indexOf(member) + 1);
    if (other !== member) member.storage.beforeWrite = () => this.submit(other, [first], false, true);
    await this.submit(member, [request], false, true);
    member.storage.beforeWrite = undefined;
  }

  /** Another member appends, and this one reads, between a write of this one and the news that it is durable. */
  private async interrupt(member: Member, request: ModelRequest, idle: boolean): Promise<void> {
    const { clock, storage, env } = member;
    const other = this.member(this.members.indexOf(member) + 1);
    storage.afterWrite = async () => {
      if (other !== member) await this.submit(other, [request], false, true);
      await Promise.all(keys.map((key) => env.get(key)));
    };
    if (idle) clock.fire();
    else await this.submit(member, [this.next({ type: 't' })], false, true);
    await untilQuiet(storage);
    storage.afterWrite = undefined;
  }

  private next(template: Template): ModelRequest {
    const request = fillIn(template, `r${this.sent.length}`, this.model);
    this.sent.push(request);
    return request;
  }

  private earlier(which: number): ModelRequest | undefined {
    const known = this.sent.filter(({ id, compensates }) => compensates === undefined && this.model.find(id));
    return known[which % Math.max(1, known.length)];
  }

  private async compensate(member: Member, which: number): Promise<void> {
    if (this.model.head === 0) return;
    const target = (which % this.model.head) + 1;
    const id = `c${this.sent.length}`;
    this.sent.push({ id, type: 'txlog.compensate', compensates: target });
    const receipt = await this.endTurn(member, ({ env }) => env.compensate(target, { id }));
    await this.follow();
    this.checkAnswer({ type: 'receipt', receipt }, this.sent.at(-1) as ModelRequest);
  }

  private async preview(member: Member, request: ModelRequest | undefined): Promise<void> {
    if (!request) return;
    const before = this.model.records.slice();
    const [answer] = await this.endTurn(member, ({ env }) => env.preview([env.check(inputOf(request))]));
    const expected = this.model.submit(request, this.world.time);
    this.checkAnswer(answer as Answer, request);
    this.model.records = before;
    expect(typeof expected === 'string').toBe('error' in (answer as Answer));
  }

  private async submit(member: Member, requests: ModelRequest[], atomic: boolean, racing = false): Promise<void> {
    const known = requests.map(({ id }) => this.model.find(id) !== undefined);
    const before = this.model.head;
    let tries = 0;
    const answers = await this.endTurn(member, ({ env }) => {
      tries += 1;
      return env.submitChecked(
        requests.map((request) => env.check(inputOf(request))),
        { atomic },
      );
    });
    if (racing) return;
    await this.follow();
    if (atomic && this.model.head === before && answers.some(isAborted)) return this.checkAbort(requests);
    answers.forEach((answer, i) => {
      this.checkAnswer(answer, requests[i] as ModelRequest);
      if (tries === 1 && answer.type === 'receipt') expect(answer.receipt.duplicate).toBe(known[i]);
    });
    const fresh = answers.flatMap((answer) =>
      answer.type === 'receipt' && answer.receipt.position > before ? [answer.receipt.position] : [],
    );
    // Of a try that failed in part, what came later may be in the log already.
    if (tries === 1) expect(fresh).toEqual([...fresh].sort((a, b) => a - b));
  }

  /** What was refused as a whole would have been refused in part. */
  private checkAbort(requests: readonly ModelRequest[]): void {
    const before = this.model.records.slice();
    const answers = requests.map((request) => this.model.submit(request, this.world.time));
    this.model.records = before;
    expect(answers.some((answer) => !(typeof answer === 'object' && 'record' in answer && isCommitted(answer)))).toBe(
      true,
    );
  }

  private checkAnswer(answer: Answer, request: ModelRequest): void {
    if (answer.type === 'error') {
      const expected = this.model.submit(request, this.world.time);
      expect(answer.error.code).toBe(typeof expected === 'string' ? errorCodes[expected] : 'no error');
      return;
    }
    const { receipt } = answer;
    const record = this.model.records[receipt.position - 1] as ModelRecord;
    const undone = request.compensates === record.request.compensates && request.compensates !== undefined;
    expect(undone ? record.request.type : record.request.id).toBe(undone ? 'txlog.compensate' : request.id);
    expect({ id: receipt.id, outcome: receipt.outcome, time: receipt.time }).toEqual({
      id: record.request.id,
      outcome: record.outcome,
      time: record.time,
    });
    checkRejection(receipt.rejection, record);
  }

  /** Repeats what met a fault, as a client does: a process that died or stopped is started again. */
  private async endTurn<T>(member: Member, work: (member: Member) => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < 12; attempt++) {
      try {
        return await work(member);
      } catch (error) {
        ignoreInjected(error);
        if (member.storage.dead || (error as { code?: string }).code === 'EMERGENCY_STOP') await this.restart(member);
      }
    }
    throw new Error('the faults do not end');
  }

  /** Gives the model what the log has beyond it, in log order: it must decide the same. */
  private async follow(): Promise<void> {
    const records: LogRecord[] = [];
    for await (const record of this.observer.records({ from: this.model.head + 1 })) records.push(record);
    for (const record of records) {
      if (record.type === 'txlog.expire') continue;
      if (record.type === 'txlog.session') {
        followOperation(this.model, record);
        continue;
      }
      const request = this.sent.find(({ id }) => id === record.id) as ModelRequest;
      const completes = completionOf(record);
      this.model.submit({ ...request, ...(completes && { completes }) }, record.time, record.rejection);
      const ours = this.model.records.at(-1) as ModelRecord;
      expect({ id: ours.request.id, position: ours.position, outcome: ours.outcome }).toEqual({
        id: record.id,
        position: record.position,
        outcome: record.outcome,
      });
      expect(engineChanges(record)).toEqual(ours.engine);
    }
    expect(this.model.head).toBe((await this.observer.head()).position);
  }
}

function inputOf({ compensates: _, ...input }: ModelRequest): RequestInput {
  return input as RequestInput;
}

function taskOf(env: Environment, task: Submitted): Task {
  if ('operation' in task) return task.operation;
  const { completes, ...request } = task.request;
  return { ...env.check(request), ...(completes && { completes: completing(completes) }) };
}

function isSessionAction(action: Action | SessionAction): action is SessionAction {
  return action.do === 'jump' || action.do.startsWith('operate');
}

function isCommitted({ record }: { readonly record: ModelRecord }): boolean {
  return record.outcome === 'committed';
}

function isAborted(answer: Answer): boolean {
  return answer.type === 'error' || answer.receipt.outcome === 'rejected';
}

function ignoreInjected(error: unknown): void {
  const code = (error as { code?: string }).code;
  if (code !== 'STORAGE_FAILED' && code !== 'EMERGENCY_STOP') throw error;
}

/** How long a refusal is in the engine's words cannot be foretold; once it is in the log, the response is compared whole. */
function withoutWords(answer: object): object {
  const { session, now } = answer as { readonly session?: string; readonly now?: object };
  return session?.startsWith('txlog.response/') && now ? { ...answer, now: { ...now, bytes: 0 } } : answer;
}
