import type { Saga, SagaEvent } from '../../core/app/saga.ts';
import { foldSaga } from '../../core/app/saga-fold.ts';
import { type Act, failure, type Move, nextMove } from '../../core/app/saga-moves.ts';
import { present } from '../../core/base/assert.ts';
import type { NewSession } from '../../core/log/operation.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import { questionOf } from '../messages/questions.ts';
import { stepsOnSlip } from '../slip/make-slip.ts';
import type { SagaScript } from '../step/saga-script.ts';

/** A saga after some events, what is to be written for them, and what comes then. */
export interface SagaProgress {
  readonly saga: Saga;
  readonly events: readonly SagaEvent[];
  /** Questions to ask, in the same record. */
  readonly messages: readonly NewSession[];
  /** Attempts that the events tell of as begun; or requests to this engine, which need no such record. */
  readonly acts: readonly Act[];
  readonly move: Move;
}

/** The facts that a turn knows besides the saga. Fixed for one call, so that the same events lead to the same. */
export interface StepMoment {
  readonly host: SessionHost;
  readonly script: SagaScript;
  /** ms since 1970. */
  readonly now: number;
  /** From 0 to 1. */
  readonly chance: number;
  /** Whether attempts may begin: not once the worker stops. */
  readonly mayBegin: boolean;
}

/**
 * Takes a saga as far as it goes without doing anything: the events that are given, those that time brought about, and
 * the beginning of the attempts that come next. Pure.
 */
export function progress(saga: Saga, events: readonly SagaEvent[], moment: StepMoment): SagaProgress {
  const { script, now, chance } = moment;
  let current = events.reduce((folded, event) => foldSaga(folded, event, now), saga);
  const all = [...events];
  for (;;) {
    const move = nextMove(current, script, { now, chance });
    if (move.move === 'note') {
      for (const event of move.events) current = foldSaga(current, event, now);
      all.push(...move.events);
      continue;
    }
    if (move.move !== 'act' || !moment.mayBegin) return { saga: current, events: all, messages: [], acts: [], move };
    // A request to this engine needs no record before: its record has it all. It comes before what takes time.
    const own = move.acts.filter(({ step, side }) => script.kind(step, side) === 'request');
    if (own.length > 0) return { saga: current, events: all, messages: [], acts: own, move };
    const begun = begin(current, move.acts, moment);
    for (const event of begun.events) current = foldSaga(current, event, now);
    all.push(...begun.events);
    if (!begun.isSound) continue;
    return { saga: current, events: all, messages: begun.messages, acts: move.acts, move };
  }
}

/**
 * The record that attempts begin, before they do; and the questions, which are asked by that. Unsound when one cannot be
 * asked: then the events tell that, and nothing begins.
 */
function begin(saga: Saga, acts: readonly Act[], moment: StepMoment) {
  const events: SagaEvent[] = [];
  const messages: NewSession[] = [];
  for (const act of acts) {
    const { side, attempt } = act;
    const kind = moment.script.kind(act.step, side);
    if (kind !== 'call') {
      const question = tryToAsk(saga, act, moment);
      if ('event' in question) return { isSound: false, events: [question], messages: [] };
      messages.push(question);
    }
    const steps = kind === 'slip' ? stepsOnSlip(moment.script, saga, act) : [act.step];
    for (const step of steps) events.push({ event: 'began', step, side, attempt });
  }
  return { isSound: true, events, messages };
}

function tryToAsk(saga: Saga, act: Act, { host, script, now, chance }: StepMoment): NewSession | SagaEvent {
  try {
    return questionOf(host, { script, saga }, act);
  } catch (error) {
    const policy = present(script.side(act.step, act.side), 'side of a step').policy;
    const why = { error: (error as Error).message, permanent: true, happened: 'no', now, chance } as const;
    return failure(act, policy, why);
  }
}
