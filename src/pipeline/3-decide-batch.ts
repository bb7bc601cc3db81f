import type { LoadedApp } from '../core/app/app.ts';
import { limits } from '../core/base/limits.ts';
import { reject } from '../core/fold/rejection.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { Snapshot } from '../ports/storage.ts';
import { Cut } from '../view/cut.ts';
import type { View } from '../view/view.ts';
import { isOperation, type TaskAnswer, type Unit } from './2-batch.ts';
import { type Decision, decide } from './3-decide.ts';
import { decideOperation } from './3-decide-operation.ts';
import { Stage } from './3-stage.ts';

/** A batch, decided: what each unit gets, the units that wait for the next batch, and the records to append. */
export interface DecidedBatch {
  readonly stage: Stage;
  readonly decisions: ReadonlyMap<Unit, readonly Decision[]>;
  readonly postponed: readonly Unit[];
}

/** Where and when a batch is decided. Under the lock, user code gets only a bounded time. */
export interface DecideContext {
  readonly view: View;
  readonly app: LoadedApp;
  readonly clock: Clock;
  readonly underLock: boolean;
  /** Time of the records, in ms since 1970. */
  readonly now: number;
}

/**
 * Decides all units of a batch in their order, each on what the ones before leave. Once time is up, what is left waits
 * for the next batch, from the middle of a unit on unless that is atomic; one request at least is decided each time.
 */
export function decideBatch(context: DecideContext, snapshot: Snapshot, units: readonly Unit[]): DecidedBatch {
  context.view.catchUp(snapshot);
  const cut = new Cut(context.view, snapshot);
  const started = context.clock.elapsed();
  const isLate = () => context.underLock && context.clock.elapsed() - started > limits.userCodeUnderLockMsMax;
  const decisions = new Map<Unit, readonly Decision[]>();
  const postponed: Unit[] = [];
  let stage = new Stage(cut, context.now);
  for (const unit of units) {
    if (postponed.length > 0 || (decisions.size > 0 && isLate())) {
      postponed.push(unit);
      continue;
    }
    const decided = decideUnit(context.app, stage, unit, unit.atomic ? never : isLate);
    if (decided.length < unit.requests.length) {
      const [begun, rest] = splitUnit(unit, decided.length);
      decisions.set(begun, decided);
      postponed.push(rest);
    } else if (unit.atomic && !decided.every(isCommitted)) {
      // The stage cannot take records back: it is made again from the units that stay.
      stage = restage(context, cut, decisions);
      decisions.set(
        unit,
        decided.map((decision) => abort(decision, stage.basePosition)),
      );
    } else {
      decisions.set(unit, decided);
    }
  }
  return { stage, decisions, postponed };
}

const never = () => false;

function decideUnit(app: LoadedApp, stage: Stage, unit: Unit, isLate: () => boolean): Decision[] {
  const decisions: Decision[] = [];
  for (const [i, request] of unit.requests.entries()) {
    if (i > 0 && isLate()) break;
    const decision = isOperation(request)
      ? decideOperation(stage, request)
      : decide(app, stage, request, unit.drafts[i]);
    if (decision.type === 'staged') unit.drafts[i] = decision.draft;
    decisions.push(decision);
  }
  return decisions;
}

/** What was decided of a unit, and what waits: its caller is answered once, when both are. */
function splitUnit(unit: Unit, decided: number): readonly [Unit, Unit] {
  let answered: readonly TaskAnswer[] = [];
  const begun: Unit = {
    ...unit,
    requests: unit.requests.slice(0, decided),
    drafts: unit.drafts.slice(0, decided),
    settle(answers) {
      answered = answers;
    },
  };
  const rest: Unit = {
    ...unit,
    requests: unit.requests.slice(decided),
    drafts: unit.drafts.slice(decided),
    settle: (answers) => unit.settle([...answered, ...answers]),
  };
  return [begun, rest];
}

/** Decides again what stays, and answers with what is decided now. */
function restage(context: DecideContext, cut: Cut, decisions: Map<Unit, readonly Decision[]>): Stage {
  const stage = new Stage(cut, context.now);
  for (const [unit, earlier] of decisions) {
    if (!isAborted(earlier)) decisions.set(unit, decideUnit(context.app, stage, unit, never));
  }
  return stage;
}

function isCommitted(decision: Decision): boolean {
  return 'record' in decision && decision.record.outcome === 'committed';
}

const aborted = new WeakSet<Decision>();

function isAborted(decisions: readonly Decision[]): boolean {
  return decisions.some((decision) => aborted.has(decision));
}

/**
 * In an aborted unit, a refusal keeps its reason; what would have been committed says that it was not. Nothing has a
 * position: nor has an owner of the same unit.
 */
function abort(decision: Decision, head: number): Decision {
  const result =
    decision.type === 'staged' ? { ...decision, record: unlogged(decision.record, head) } : { ...decision };
  aborted.add(result);
  return result;
}

function unlogged(record: LogRecord, head: number): LogRecord {
  const { owner, ...rejection } =
    record.rejection ?? reject('ATOMIC_ABORTED', 'another request of its atomic unit was refused; nothing was logged');
  const logged = owner && owner.position <= head ? { ...rejection, owner } : rejection;
  return { ...record, position: 0, outcome: 'rejected', rejection: logged };
}
