import type { ProcessDefinition } from '../../core/app/process-definition.ts';
import { present } from '../../core/base/assert.ts';
import { errorOwnerOf } from '../../core/base/error-codes.ts';
import type { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import type { Rejection } from '../../core/fold/rejection.ts';
import { causedBy } from '../../core/log/links.ts';
import type { SessionStep } from '../../core/log/operation.ts';
import type { StoredRecord } from '../../core/log/record.ts';
import type { Task, TaskAnswer } from '../../pipeline/2-batch.ts';
import { confirming, type LedTurn } from '../../sessions/turn/frame.ts';
import { Interrupted } from '../../sessions/turn/interruption.ts';
import { errorText, type Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { type CheckedDecision, checkDecision, decisionsIn } from './checked-decision.ts';
import { movingTo, type ProcessCursor, readProcessCursor } from './process-cursor.ts';
import { Subscription, toProcessRecord } from './subscription.ts';
import { addDecision, together, toWritings, type WriteGroup } from './write-groups.ts';

/** The size of a slice of the log, and how much one turn does before others get their turns. */
const slice = { records: 200, visited: 10_000 };
const turnMax = { writes: 4, slices: 20 };

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
  /** How often it wrote. */
  private writes = 0;
  private readonly turn: LedTurn;
  private readonly context: TurnContext;
  private readonly led: Led;
  private readonly name: string;
  private readonly definition: ProcessDefinition;
  private readonly subscription: Subscription;
  /** As it is written. */
  private written: ProcessCursor = { position: 0 };
  /** Behind the last record that was looked at, and all decisions that are planned. */
  private cursor: ProcessCursor = { position: 0 };
  private groups: readonly WriteGroup[] = [];
  /** Chunks of data that its session has: how often the cursor was moved since a turn ended. */
  private chunks = 0;
  private drops = { count: 0, last: '' };

  constructor(turn: LedTurn, name: string, definition: ProcessDefinition) {
    this.turn = turn;
    this.context = turn.context;
    this.led = turn.led;
    this.name = name;
    this.definition = definition;
    this.subscription = new Subscription(name, definition);
    turn.operations = 0;
  }

  /** Reasons why decisions mean nothing any more, as texts. */
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
    const found = await this.context.reads.read((cut) => readProcessCursor(cut, id));
    const { status, epoch: now } = found?.session ?? {};
    if (!found || status !== 'active' || now !== epoch) return this.overtaken();
    if (!found.cursor) throw new RuleError('its session holds no cursor, such as { "position": 0 }');
    this.written = found.cursor;
    this.cursor = found.cursor;
    this.chunks = found.session.chunks;
  }

  /** Decides on the next slice of the log. */
  private async hear(): Promise<'more' | 'end' | 'enough'> {
    const { position, done } = this.cursor;
    const from = done === undefined ? position + 1 : position;
    const { records, next, head } = await this.context.reads.read((cut) => ({
      ...this.subscription.slice(cut, from, slice),
      head: cut.head.position,
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
    const decisions = this.decisionsOn(record);
    if (decisions instanceof RuleError) {
      await this.write();
      throw decisions;
    }
    const done = this.cursor.position === position ? (this.cursor.done ?? 0) : 0;
    for (const [i, decision] of decisions.entries()) {
      if (i < done) continue;
      const after: ProcessCursor = i + 1 === decisions.length ? { position } : { position, done: i + 1 };
      let groups = addDecision(this.groups, { decision, after });
      if (!groups) {
        await this.write();
        if (this.isEnough) return 'enough';
        groups = addDecision([], { decision, after });
      }
      this.groups = present(groups, 'room for one decision');
      this.cursor = after;
    }
    this.cursor = { position };
    return undefined;
  }

  /** Whether the rest is for another turn. */
  private get isEnough(): boolean {
    return this.context.drain.aborted || this.writes >= turnMax.writes;
  }

  private decisionsOn(record: StoredRecord): readonly CheckedDecision[] | RuleError {
    const { context, definition, name } = this;
    try {
      if (!this.subscription.selects(record)) return [];
      const decisions = decisionsIn(definition.decide(toProcessRecord(record)));
      const links = causedBy(record.id, record);
      return decisions.map((decision, i) =>
        checkDecision(context.host, decision, { id: `${name}/${record.position}/${i + 1}`, links }),
      );
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

  /** Writes what is planned and how far it came, and `end`. Errors: Over, RuleError; those of the storage. */
  private async write(end: readonly SessionStep[] = []): Promise<void> {
    let { groups } = this;
    this.groups = [];
    if (groups.length === 0) return end.length === 0 ? undefined : this.writeEnd(end);
    for (let tries = 0; tries < limits.overtakenMax; tries++) {
      const { written, error } = await this.writeAtOnce(groups, end);
      groups = groups.slice(written);
      const [first, ...others] = groups;
      if (!first) return;
      if (written > 0) tries = 0;
      if (!error) continue;
      const [one, ...more] = first;
      if (more.length === 0) throw ruleError(present(one, 'decision of a group').after.position, error);
      // One of them cannot be done: those before it can.
      groups = [...first.map((planned) => [planned]), ...others];
    }
    throw new RuleError('its sagas change all the time');
  }

  private async writeEnd(end: readonly SessionStep[]): Promise<void> {
    const { led, cursor, chunks } = this;
    const { position, done } = this.written;
    const isMoved = cursor.position !== position || cursor.done !== done || chunks > 1;
    const operations = [...(isMoved ? [movingTo(led, cursor, chunks)] : []), ...end];
    const [answer] = await this.process([together(operations, led.theme)]);
    const refusal = refusalOf(present(answer, 'answer'));
    if (refusal) await this.stillLed(refusal);
    if (refusal) throw new RuleError('somebody else moved its cursor');
  }

  /** How many groups are written, and why the next one cannot be; without a reason, it may be if it is tried again. */
  private async writeAtOnce(
    groups: readonly WriteGroup[],
    end: readonly SessionStep[],
  ): Promise<{ readonly written: number; readonly error?: Error }> {
    const { context, led, chunks, cursor } = this;
    if (context.kill.aborted || context.operator.signal.aborted)
      throw new Interrupted(context.operator.signal.aborted ? 'lost' : 'killed');
    const { writings, problem } = await toWritings(context, led, { groups, chunks, end, cursor });
    const answers = writings.length === 0 ? [] : await this.process(writings.map(({ task }) => task));
    for (const [written, { after, dropped }] of writings.entries()) {
      const answer = present(answers[written], 'answer');
      if (answer.type === 'error' && isOfDecision(answer.error)) return { written, error: answer.error };
      const refusal = refusalOf(answer);
      if (refusal) await this.stillLed(refusal);
      if (refusal) return { written };
      this.accept(after, dropped);
    }
    return { written: writings.length, ...given({ error: problem }) };
  }

  private accept(cursor: ProcessCursor, dropped: readonly string[]): void {
    this.written = cursor;
    this.chunks += 1;
    this.turn.did();
    const last = dropped.at(-1);
    if (last !== undefined) this.drops = { count: this.drops.count + dropped.length, last };
  }

  private async process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]> {
    const { context } = this;
    this.writes += 1;
    return confirming(context, () => context.host.process(tasks));
  }

  /** After a refusal: a saga has changed, and is to be read anew, unless the process is not ours any more. */
  private async stillLed({ code }: Rejection): Promise<void> {
    if (code !== 'SESSION_CHANGED' && code !== 'SESSION_GONE') return this.overtaken();
    const { session: id, epoch } = this.led;
    const found = await this.context.reads.read((cut) => readProcessCursor(cut, id));
    if (found?.session.status !== 'active' || found.session.epoch !== epoch) return this.overtaken();
    if (found.session.chunks !== this.chunks) throw new RuleError('somebody else moved its cursor');
  }

  private async overtaken(): Promise<never> {
    throw new Over(await this.turn.outcomeOfLead());
  }
}

function ruleError(position: number, error: unknown): RuleError {
  return new RuleError(`record ${position}: ${errorText(error)}`);
}

function refusalOf(answer: TaskAnswer): Rejection | undefined {
  if (answer.type === 'error') throw answer.error;
  if (answer.type === 'refusal') return answer.refusal;
  if (answer.type !== 'operation' || answer.operation.ok) return undefined;
  return 'rejection' in answer.operation ? answer.operation.rejection : { code: 'SESSION_GONE', reason: 'idle' };
}

/** Whether the decision is at fault, and not the storage or the engine. */
function isOfDecision({ code }: TxlogError): boolean {
  return errorOwnerOf(code) !== 'engine';
}
