import { assert, assertNever } from '../base/assert.ts';
import { given } from '../base/given.ts';
import type { Saga, SagaEvent, SideProgress, StepProgress, StepSide } from './saga.ts';

const waiting: SideProgress = { status: 'waiting', attempts: 0, begun: 0, round: 0, maybe: false };

/** A saga from its first event. `time` in ms since 1970. */
export function beginSaga(id: string, event: SagaEvent, time: number): Saga {
  assert(event.event === 'started', 'the first event of a saga is its start');
  const { type, data, respond, undoes } = event;
  return {
    ...{ id, type, data, phase: 'running', createdAt: time, steps: new Map() },
    ...given({ respond, undoes }),
  };
}

/** Applies one event to a saga: the only place that says what an event means. `time` in ms since 1970. */
export function foldSaga(saga: Saga, event: SagaEvent, time: number): Saga {
  switch (event.event) {
    case 'planned':
      return { ...saga, itinerary: event.steps, steps: plannedSteps(saga, event.steps) };
    case 'began':
      return withSide(saga, event, (side) => ({
        ...bare(side),
        status: 'begun',
        attempts: event.attempt,
        begun: side.begun + 1,
        // A step that began before and came to no end may have happened.
        maybe: side.maybe || side.status === 'begun',
        beganAt: time,
      }));
    case 'did':
      return mended(
        withSide(saga, event, (side) => ({ ...bare(side), status: 'done', result: event.result, endedAt: time })),
      );
    case 'failed':
      return failed(saga, event, time);
    case 'compensate':
      return saga.phase === 'running' ? { ...saga, phase: 'compensating', error: event.why } : saga;
    case 'retry':
      return retried(saga);
    case 'skip':
      return mended(
        withSide(saga, event, (side) => ({
          ...bare(side),
          status: 'skipped',
          // A step that is under way may happen all the same.
          maybe: side.maybe || side.status === 'begun',
          endedAt: time,
        })),
      );
    case 'force':
      return { ...saga, forced: event.outcome };
    case 'started':
      // The first event made it; no other is written.
      return saga;
    default:
      return assertNever(event);
  }
}

/** A saga from all its events. */
export function foldEvents(
  id: string,
  events: readonly { readonly event: SagaEvent; readonly time: number }[],
): Saga | undefined {
  const [first, ...rest] = events;
  if (!first) return undefined;
  return rest.reduce((saga, { event, time }) => foldSaga(saga, event, time), beginSaga(id, first.event, first.time));
}

function plannedSteps(saga: Saga, steps: readonly (readonly string[])[]): ReadonlyMap<string, StepProgress> {
  return new Map(steps.flat().map((name) => [name, saga.steps.get(name) ?? { name, do: waiting, undo: waiting }]));
}

function failed(saga: Saga, event: SagaEvent & { event: 'failed' }, time: number): Saga {
  const { step, error, happened, refused, next, due } = event;
  const { status } = saga.steps.get(step)?.[event.side] ?? waiting;
  // A person's word, or a better answer, came before: no failure takes it back.
  if (status === 'done' || status === 'skipped' || (status === 'failed' && next === 'retry'))
    return mended(withSide(saga, event, (side) => ({ ...side, maybe: side.maybe || happened === 'maybe' })));
  const noted = withSide(saga, event, (side) => ({
    ...bare(side),
    status: next === 'retry' ? 'retrying' : 'failed',
    attempts: side.attempts - (event.stopped ? 1 : 0),
    maybe: side.maybe || happened === 'maybe',
    ...(!event.stopped && { error }),
    endedAt: time,
    ...(refused && { refused }),
    ...given({ due }),
  }));
  if (next === 'wait') return mended({ ...noted, phase: 'failed', problem: `${step} cannot be undone: ${error}` });
  if (next === 'turn' && saga.phase === 'running')
    return { ...noted, phase: 'compensating', error: `${step}: ${error}` };
  return mended(noted);
}

/** Retries at once, with all attempts, what failed or waits for its next attempt. */
function retried(saga: Saga): Saga {
  const steps = new Map(
    [...saga.steps].map(([name, step]) => [name, { ...step, do: anew(step.do, false), undo: anew(step.undo, true) }]),
  );
  return { ...saga, steps, phase: saga.phase === 'failed' ? 'compensating' : saga.phase };
}

function anew(side: SideProgress, isUndo: boolean): SideProgress {
  if (side.status === 'retrying') return { ...bare(side), status: 'waiting', attempts: 0 };
  if (side.status !== 'failed' || !isUndo) return side;
  // The key of what was refused has its outcome for ever: only another one can come to something else. What may have
  // happened keeps its key, or it could happen twice.
  const round = side.refused ? side.round + 1 : side.round;
  return { ...bare(side), status: 'waiting', attempts: 0, round };
}

/** A saga on its way back waits for a person while a step is held up, and goes on once none is. */
function mended(saga: Saga): Saga {
  if (saga.phase !== 'failed' && saga.phase !== 'compensating') return saga;
  const phase = [...saga.steps.values()].some(isHeldUp) ? 'failed' : 'compensating';
  return phase === saga.phase ? saga : { ...saga, phase };
}

/** Whether a step that happened, or may have, could not be undone. A late answer may tell that it never happened. */
function isHeldUp({ do: done, undo }: StepProgress): boolean {
  return undo.status === 'failed' && (done.status === 'done' || done.status === 'begun' || done.maybe);
}

/** Without what is said of the last attempt only. */
function bare(side: SideProgress): SideProgress {
  // The copy that leaves something out is slow, and most attempts are the first.
  if (side.error === undefined && side.due === undefined && side.refused === undefined) return side;
  const { error: _, due: _due, refused: _refused, ...rest } = side;
  return rest;
}

function withSide(
  saga: Saga,
  { step: name, side }: { readonly step: string; readonly side: StepSide },
  change: (progress: SideProgress) => SideProgress,
): Saga {
  const step = saga.steps.get(name) ?? { name, do: waiting, undo: waiting };
  return { ...saga, steps: new Map(saga.steps).set(name, { ...step, [side]: change(step[side]) }) };
}
