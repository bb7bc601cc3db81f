import { present } from '../core/assert.ts';
import { TxlogError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { SessionStep } from '../core/operation.ts';
import type { ProcessDefinition } from '../core/process-definition.ts';
import type { StoredRecord } from '../core/record.ts';
import type { Rejection } from '../core/rejection.ts';
import type { Task, TaskAnswer } from '../pipeline/2-batch.ts';
import { type TurnContext, whatBecame } from '../sessions/set-aside.ts';
import { errorText, type Led } from '../sessions/turn.ts';
import type { TurnEnd } from '../sessions/work.ts';
import { type Cursor, readCursor } from './process-cursor.ts';
import { type Deed, decisionsIn, deedOf } from './process-decision.ts';
import { Hearing, toProcessRecord } from './process-hearing.ts';
import { fits, type PlannedDeed, writingOf } from './process-unit.ts';

/** What a slice of the log is read by, and how much one turn does before others get their turns. */
const slice = { records: 200, visited: 10_000 };
const turnMax = { writes: 32, slices: 20 };
const triesMax = 20;

/** The rules of a process failed, or decided what cannot be done: a person has to mend them. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** Another leads the process now, or its worker ends. */
class Over extends Error {
  readonly ended: TurnEnd;

  constructor(ended: TurnEnd) {
    super(`the turn is over: ${ended}`);
    this.ended = ended;
  }
}

/**
 * A process while it is led. What its rules decide is gathered here, of as many records as fit, and written together with
 * the cursor behind it: a record is decided once, or again from the start when nothing of it is written.
 */
export class ProcessTurn {
  /** Records that it wrote. */
  writes = 0;
  private readonly context: TurnContext;
  private readonly led: Led;
  private readonly name: string;
  private readonly definition: ProcessDefinition;
  private readonly hearing: Hearing;
  /** As it is written. */
  private written: Cursor = { position: 0 };
  /** Behind the last record that was looked at, and all deeds that are planned. */
  private cursor: Cursor = { position: 0 };
  private planned: PlannedDeed[] = [];
  private drops = { count: 0, last: '' };

  constructor(context: TurnContext, led: Led, name: string, definition: ProcessDefinition) {
    this.context = context;
    this.led = led;
    this.name = name;
    this.definition = definition;
    this.hearing = new Hearing(name, definition);
  }

  /** What became of decisions that mean nothing any more, in words. */
  get dropped(): string | undefined {
    const { count, last } = this.drops;
    return count === 0 ? undefined : `${count} of its decisions came to nothing, the last one as ${last}`;
  }

  /** Errors: RuleError; those of the storage. */
  async run(): Promise<TurnEnd> {
    try {
      await this.load();
      for (let slices = 1; ; slices++) {
        const next = await this.hear();
        if (next === 'end') return await this.rest(limits.repeatSecondsMax);
        if (next === 'enough' || slices >= turnMax.slices) return await this.rest(0);
      }
    } catch (error) {
      if (error instanceof Over) return error.ended;
      throw error;
    }
  }

  private async load(): Promise<void> {
    const { session: id, epoch } = this.led;
    const found = await this.context.reads.read((view, snapshot) => readCursor({ view, snapshot }, id));
    const { status, epoch: now } = found?.session ?? {};
    if (!found || status !== 'active' || now !== epoch) return this.overtaken();
    if (!found.cursor) throw new RuleError('its session holds no cursor, such as { "position": 0 }');
    this.written = found.cursor;
    this.cursor = found.cursor;
  }

  /** Decides on the next slice of the log. */
  private async hear(): Promise<'more' | 'end' | 'enough'> {
    const { position, done } = this.cursor;
    const from = done === undefined ? position + 1 : position;
    const { records, next, head } = await this.context.reads.read((view, snapshot) => ({
      ...this.hearing.slice({ view, snapshot }, from, slice),
      head: view.head.position,
    }));
    for (const record of records) {
      if ((await this.decideOn(record)) === 'enough' || this.isEnough) return 'enough';
    }
    const at = next === undefined ? Math.max(head, this.cursor.position) : next - 1;
    if (at > this.cursor.position) this.cursor = { position: at };
    return next === undefined ? 'end' : 'more';
  }

  private async decideOn(record: StoredRecord): Promise<'enough' | undefined> {
    const { position } = record;
    const deeds = this.deedsOn(record);
    if (deeds instanceof RuleError) {
      await this.write();
      throw deeds;
    }
    const done = this.cursor.position === position ? (this.cursor.done ?? 0) : 0;
    for (const [i, deed] of deeds.entries()) {
      if (i < done) continue;
      if (!fits(this.planned, deed)) {
        await this.write();
        if (this.isEnough) return 'enough';
      }
      const after: Cursor = i + 1 === deeds.length ? { position } : { position, done: i + 1 };
      this.planned.push({ deed, after });
      this.cursor = after;
    }
    this.cursor = { position };
    return undefined;
  }

  /** Whether the rest is for another turn. */
  private get isEnough(): boolean {
    return this.context.drain.aborted || this.writes >= turnMax.writes;
  }

  private deedsOn(record: StoredRecord): readonly Deed[] | RuleError {
    const { context, definition, name } = this;
    try {
      if (!this.hearing.hears(record)) return [];
      const decisions = decisionsIn(definition.decide(toProcessRecord(record)));
      return decisions.map((decision, i) => deedOf(context.host, decision, `${name}/${record.position}/${i + 1}`));
    } catch (error) {
      return ruleError(record.position, error);
    }
  }

  /** Ends the turn: asleep, or to go on at once. */
  private async rest(seconds: number): Promise<TurnEnd> {
    const { session, epoch } = this.led;
    await this.write([{ op: 'store', session, epoch, seconds }]);
    return 'stored';
  }

  /** Writes what is planned and how far it came, and `end`. */
  private async write(end: readonly SessionStep[] = []): Promise<void> {
    const { planned, cursor } = this;
    this.planned = [];
    if (planned.length === 0 && end.length === 0) return;
    const refused = await this.writeOnce(planned, cursor, end);
    if (!refused) return;
    const [first, ...others] = planned;
    if (!first) throw refused;
    if (others.length === 0) throw ruleError(first.after.position, refused);
    // One of them cannot be done: those before it can.
    for (const one of planned) {
      const why = await this.writeOnce([one], one.after, []);
      if (why) throw ruleError(one.after.position, why);
    }
    await this.writeOnce([], cursor, end);
  }

  /** Why it cannot be done, or undefined when it is. Errors: Over; those of the storage. */
  private async writeOnce(
    deeds: readonly PlannedDeed[],
    cursor: Cursor,
    end: readonly SessionStep[],
  ): Promise<Error | undefined> {
    const { context, led } = this;
    const { position, done } = this.written;
    const isMoved = cursor.position !== position || cursor.done !== done;
    for (let tries = 0; tries < triesMax; tries++) {
      if (context.kill.aborted || context.operator.signal.aborted) throw new Error('its worker was stopped');
      const writing = await this.tryTo(() =>
        writingOf(context, led, deeds, { cursor: isMoved ? cursor : undefined, end }),
      );
      if (writing instanceof Error) return writing;
      const answer = await this.process(writing.task);
      if ('error' in answer && isOfDecision(answer.error)) return answer.error;
      const refusal = refusalOf(answer);
      if (!refusal) {
        this.accept(cursor, writing.dropped);
        return undefined;
      }
      await this.stillLed(refusal);
    }
    return new Error('its sagas change all the time');
  }

  private accept(cursor: Cursor, dropped: readonly string[]): void {
    this.written = cursor;
    this.writes += 1;
    const last = dropped.at(-1);
    if (last !== undefined) this.drops = { count: this.drops.count + dropped.length, last };
  }

  /** What a saga of a type that the app does not define throws is the rules' fault, as is a result that is no JSON. */
  private async tryTo<T>(work: () => Promise<T>): Promise<T | Error> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TxlogError && !isOfDecision(error)) throw error;
      return error as Error;
    }
  }

  private async process(task: Task): Promise<TaskAnswer> {
    const { context } = this;
    try {
      const [answer] = await context.host.process([task]);
      context.confirmed();
      return present(answer, 'answer');
    } catch (error) {
      context.confirmed(error as Error);
      throw error;
    }
  }

  /** After a refusal: a saga has changed, and is to be read anew, unless another leads the process now. */
  private async stillLed({ code }: Rejection): Promise<void> {
    if (code !== 'SESSION_CHANGED' && code !== 'SESSION_GONE') return this.overtaken();
    const { session: id, epoch } = this.led;
    const found = await this.context.reads.read((view, snapshot) => readCursor({ view, snapshot }, id));
    if (found?.session.status !== 'active' || found.session.epoch !== epoch) return this.overtaken();
  }

  private async overtaken(): Promise<never> {
    throw new Over(await whatBecame(this.context.host, this.led));
  }
}

function ruleError(position: number, error: unknown): RuleError {
  return new RuleError(`record ${position}: ${errorText(error)}`);
}

function refusalOf(answer: TaskAnswer): Rejection | undefined {
  if ('error' in answer) throw answer.error;
  if ('refusal' in answer) return answer.refusal;
  if (!('operation' in answer) || answer.operation.ok) return undefined;
  return 'rejection' in answer.operation ? answer.operation.rejection : { code: 'SESSION_GONE', reason: 'idle' };
}

/** Whether the decision is at fault, and not the storage or the engine. */
function isOfDecision({ code }: TxlogError): boolean {
  return !/^(STORAGE_|ENV_|EMERGENCY_)/.test(code);
}
