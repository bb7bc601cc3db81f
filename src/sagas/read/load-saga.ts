import type { Saga, SagaEvent } from '../../core/app/saga.ts';
import { beginSaga, foldEvents, foldSaga } from '../../core/app/saga-fold.ts';
import { assert } from '../../core/base/assert.ts';
import { given } from '../../core/base/given.ts';
import { type Session, sessionIn, sessionKey } from '../../core/fold/session.ts';
import { chunkOf } from '../../core/fold/session-fold.ts';
import type { FoldedRecord } from '../../core/log/record.ts';
import { damagedRow } from '../../layout/damaged-row.ts';
import type { Cut } from '../../view/cut.ts';
import { type Steps, takeAllSteps } from '../../view/turns.ts';

/** An event of a saga, and where it stands in the log. */
export interface LoggedEvent {
  readonly event: SagaEvent;
  readonly position: number;
  /** ms since 1970. */
  readonly time: number;
}

/** A saga and its session as of one view. */
export interface LoadedSaga {
  readonly saga: Saga;
  /** Undefined once it has ended. */
  readonly session: Session | undefined;
  /** The position of the newest record of its session. */
  readonly position: number;
  /** The saga that it undoes. */
  readonly original?: LoadedSaga;
}

/** A saga, also one that has ended; undefined when there is none with this id. */
export function loadSaga(cut: Cut, id: string): LoadedSaga | undefined {
  return takeAllSteps(sagaInSteps(cut, id));
}

/** As `loadSaga`, in steps: the life of a saga may be long. */
export function* sagaInSteps(cut: Cut, id: string): Steps<LoadedSaga | undefined> {
  const state = cut.state(sessionKey(id));
  if (!state) return undefined;
  const events = yield* readEvents(cut, id);
  const [first] = events;
  if (first?.event.event !== 'started') return undefined;
  const session = sessionIn(state);
  const { undoes } = first.event;
  const { position } = state;
  const traced = given({ traceparent: session?.traceparent });
  if (undoes === undefined) return { saga: { ...folded(id, events), ...traced }, session, position };
  const original: LoadedSaga | undefined = yield* sagaInSteps(cut, undoes);
  if (!original) throw damagedRow('states', sessionKey(undoes), 'what a saga undoes is missing');
  return { saga: { ...undoing(id, original.saga, events), ...traced }, session, position, original };
}

function folded(id: string, events: readonly LoggedEvent[]): Saga {
  const saga = foldEvents(id, events);
  assert(saga !== undefined, 'a saga has a first event');
  return saga;
}

/** A saga that undoes the steps of another: it begins where that one ended, on its way back. */
function undoing(id: string, done: Saga, events: readonly LoggedEvent[]): Saga {
  const [first, ...rest] = events;
  assert(first !== undefined, 'a saga has a first event');
  const own = beginSaga(id, first.event, first.time);
  const { itinerary, steps } = done;
  // A step that was compensated, by the saga or by a person, has nothing left.
  const left = done.phase === 'running' && done.forced !== 'compensated' ? itinerary : [];
  const error = `saga ${done.id} is undone`;
  const begun: Saga = {
    ...own,
    phase: 'compensating',
    data: done.data,
    steps,
    error,
    ...given({ itinerary: left }),
  };
  return rest.reduce((saga, { event, time }) => foldSaga(saga, event, time), begun);
}

/** All events of a saga, in their order. */
function* readEvents(cut: Cut, id: string): Steps<readonly LoggedEvent[]> {
  const key = sessionKey(id);
  const events: LoggedEvent[] = [];
  for (const position of cut.applied(key, 1)) {
    yield;
    const record = cut.folded(position);
    if (record) events.push(...eventsOf(record, key));
  }
  return events;
}

/** The events that a record brought to the saga of a session key. */
export function eventsOf({ position, time, changes }: FoldedRecord, key: string): readonly LoggedEvent[] {
  return changes.flatMap((change) => {
    const chunk = change.key === key ? chunkOf(change) : undefined;
    if (!chunk || !('data' in chunk)) return [];
    const events = Array.isArray(chunk.data) ? chunk.data : [chunk.data];
    return events.map((event) => ({ event: event as unknown as SagaEvent, position, time }));
  });
}
