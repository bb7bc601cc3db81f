import type { Saga, SagaEvent, SagaPhase } from '../../core/app/saga.ts';
import { itineraryOf } from '../../core/app/saga-definition.ts';
import type { Act, Move } from '../../core/app/saga-moves.ts';
import { assert, present } from '../../core/base/assert.ts';
import { given } from '../../core/base/given.ts';
import type { JsonValue } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import type { NewSession, Operation, SessionStep } from '../../core/log/operation.ts';
import { checkData } from '../../core/log/session-input.ts';
import type { TaskAnswer } from '../../pipeline/2-batch.ts';
import { confirming, type LedTurn } from '../../sessions/turn/frame.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { TurnContext } from '../../sessions/turn/turn-context.ts';
import type { TurnEnd } from '../../sessions/turn/work-events.ts';
import { loadSaga } from '../read/load-saga.ts';
import { type SagaScript, scriptOf } from '../step/saga-script.ts';
import { endOfSaga } from './end-saga.ts';
import { progress, type SagaProgress, type StepMoment } from './saga-progress.ts';

/**
 * A saga while a worker leads it (docs/one-saga-step.md).
 *
 * Invariants:
 * 1. No call goes out before its beginning is durable. No step begins before the outcome of the one before is durable.
 * 2. Each write names how many chunks of the saga's data this turn knows (`seen`). If an answer or a person's command
 *    came in between, the write is refused, and the saga is read again.
 * 3. Outcomes of attempts survive such a refusal (`outcomes`); all else that is not written is forgotten.
 * 4. An outcome, what follows from it, and the questions that it asks are one record.
 * 5. Who lost the lease writes nothing: the epoch is in each operation.
 */
export class SagaTurn {
  readonly turn: LedTurn;
  readonly context: TurnContext;
  readonly led: Led;
  /** Why it waits for a person, if it does. */
  problem: string | undefined;
  /** The saga that it undoes, while that has not ended. */
  original: Saga | undefined;
  private loaded: { readonly saga: Saga; readonly script: SagaScript; readonly phase: SagaPhase } | undefined;
  seen = 0;
  /** Calls of which it is written that they begin. */
  private begun: readonly Act[] = [];
  /** Outcomes of attempts that are not written. */
  private outcomes: SagaEvent[] = [];
  /** Operations that follow from them, to be written with them. */
  private next: SagaProgress | undefined;

  constructor(turn: LedTurn) {
    this.turn = turn;
    this.context = turn.context;
    this.led = turn.led;
    turn.operations = 0;
  }

  /** As it is written. */
  get saga(): Saga {
    return present(this.loaded, 'saga').saga;
  }

  get script(): SagaScript {
    return present(this.loaded, 'saga').script;
  }

  /** Reads the saga, unless it is known. False when it is not led by us any more. */
  async catchUp(): Promise<boolean> {
    if (this.loaded) return true;
    const { session: id, epoch } = this.led;
    const found = await this.context.reads.read((cut) => loadSaga(cut, id));
    const { saga, session, original } = found ?? {};
    if (!saga || session?.status !== 'active' || session.epoch !== epoch) return false;
    const script = scriptOf(this.context.host.app, saga);
    assert(script !== undefined, 'a worker leads only sagas of types that its app defines');
    this.loaded = { saga, script, phase: (session.phase as SagaPhase | undefined) ?? 'running' };
    this.seen = session.chunks;
    this.original = original?.session ? original.saga : undefined;
    return true;
  }

  /** The inputs of a call of the pure part. */
  moment(mayBegin = !this.context.drain.aborted): StepMoment {
    const { host } = this.context;
    return { host, script: this.script, now: host.now(), chance: host.random(), mayBegin };
  }

  /** Goes on from what is known. */
  advance(): SagaProgress {
    this.next = progress(this.saga, this.noted(), this.moment());
    return this.next;
  }

  /** Calls to make now: of each it is written that it begins. */
  takeBegun(): readonly Act[] {
    const { begun } = this;
    this.begun = [];
    return begun;
  }

  /** Takes note of what an attempt came to. */
  note(outcome: SagaEvent): void {
    this.outcomes.push(outcome);
  }

  /** Events that are noted and not yet written, for a record that takes them along. */
  noted(): readonly SagaEvent[] {
    const { itinerary } = this.saga;
    const planned: SagaEvent[] = itinerary ? [] : [{ event: 'planned', steps: itineraryOf(this.script.definition) }];
    return [...planned, ...this.outcomes];
  }

  /** Operations to write now, in one record. */
  writing(): readonly (NewSession | SessionStep)[] {
    const { events = [], messages = [], saga } = this.next ?? {};
    return events.length === 0 || !saga ? [] : [this.appending(events, saga.phase), ...messages];
  }

  /** The operation that adds events to the saga. */
  appending(events: readonly SagaEvent[], phase: SagaPhase): SessionStep {
    const { session, epoch } = this.led;
    const data = (events.length === 1 ? events[0] : events) as unknown as JsonValue;
    const moved = phase === present(this.loaded, 'saga').phase ? {} : { phase };
    return { op: 'append', ofSaga: true, session, epoch, seen: this.seen, ...checkData(data), ...moved };
  }

  /** Writes what is noted and what follows from it. False when the saga is to be read anew. */
  async write(): Promise<boolean> {
    const operations = this.writing();
    if (operations.length === 0) return true;
    const [answer] = await this.process([together(operations)]);
    return this.accept(answer);
  }

  /** Takes over what was written by `answer`, or forgets what is known when it was refused. */
  accept(answer: TaskAnswer | undefined, written: SagaProgress | undefined = this.next): boolean {
    if (answer && answer.type === 'error') throw answer.error;
    const isRefused = !answer || answer.type === 'refusal' || (answer.type === 'operation' && !answer.operation.ok);
    if (isRefused) {
      this.loaded = undefined;
      this.next = undefined;
      return false;
    }
    if (written && written.events.length > 0) {
      this.loaded = { ...present(this.loaded, 'saga'), saga: written.saga, phase: written.saga.phase };
      this.seen += 1;
      this.turn.did();
      this.begun = written.acts.filter(({ step, side }) => this.script.kind(step, side) === 'call');
    }
    this.outcomes = [];
    this.next = undefined;
    return true;
  }

  /** Ends the turn as a move says; undefined when the saga is to be read anew. */
  async rest(move: Move): Promise<TurnEnd | undefined> {
    const writing = this.writing();
    // In one record: what is refused because of something new leaves nothing behind.
    const ending =
      move.move === 'end'
        ? endOfSaga(
            this.led,
            { saga: this.next?.saga ?? this.saga, outcome: move.outcome },
            { seen: this.seen, before: writing },
          )
        : together([...writing, this.ending(move)]);
    const [answer] = await this.process([ending]);
    if (!this.accept(answer, undefined)) return this.isOver();
    return move.move === 'end' ? 'removed' : move.move === 'park' ? 'parked' : 'stored';
  }

  async process(tasks: Parameters<TurnContext['host']['process']>[0]): Promise<readonly TaskAnswer[]> {
    return confirming(this.context, () => this.context.host.process(tasks));
  }

  private ending(move: Move): SessionStep {
    const { session, epoch } = this.led;
    const by = { session, epoch, seen: this.seen };
    if (move.move === 'park') {
      this.problem = move.error;
      return { op: 'park', error: move.error, ...by };
    }
    // A turn that is drained goes on in another worker at once.
    const until = move.move === 'sleep' ? move.until : 0;
    const seconds = Math.min(limits.repeatSecondsMax, Math.max(0, (until - this.context.host.now()) / 1000));
    const { steps } = this.next?.saga ?? this.saga;
    const error = [...steps.values()].map((step) => step.do.error ?? step.undo.error).find(Boolean);
    return { op: 'store', seconds, interrupted: true, ...given({ error }), ...by };
  }

  /** After a refusal: whether another leads it now, or there is only something new to know. */
  private async isOver(): Promise<TurnEnd | undefined> {
    return (await this.catchUp()) ? undefined : this.turn.outcomeOfLead();
  }
}

function together(operations: readonly (NewSession | SessionStep)[]): Operation {
  const [first] = operations;
  return operations.length === 1 && first && first.op !== 'new' ? first : { op: 'together', operations };
}
