import type { SagaEvent, SagaPhase } from '../../core/app/saga.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { type Chunk, sessionKey } from '../../core/fold/session.ts';
import { chunkOf } from '../../core/fold/session-fold.ts';
import { chunkAt } from '../../pipeline/3-queued-request.ts';
import { bulkByOf } from '../../sessions/bulk/bulk-operation.ts';
import type { ApplyOptions, BulkOutcome } from '../../sessions/bulk/bulk-plan.ts';
import { type BulkAction, carryOut, resultFor } from '../../sessions/bulk/carry-out-bulk.ts';
import type { SessionHost } from '../../sessions/host/session-host.ts';
import type { Cut } from '../../view/cut.ts';
import type { Steps } from '../../view/turns.ts';
import { type LoadedSaga, sagaInSteps } from '../read/load-saga.ts';
import { unknownSaga } from '../read/unknown-saga.ts';
import { intervene, interventionOn } from './intervene.ts';
import { checkInterventionPlan } from './intervention-plan.ts';
import type { Intervention, SagaCommand } from './saga-command.ts';

/** The result for one saga of many. */
export type Intervened =
  | Exclude<BulkOutcome, { readonly planned: true }>
  /** It would be done now. */
  | { readonly id: string; readonly planned: true; readonly phase?: SagaPhase };

/** Said at once, so that many of them are one commit. */
const atOnce = 200;

/** A saga, and where its newest record has to be, if that matters. */
export interface InterventionItem {
  readonly id: string;
  readonly position?: number;
}

/** Intervenes in many sagas; one result each, in their order. */
export async function* intervenes(
  host: SessionHost,
  { word, items }: { readonly word: SagaCommand; readonly items: readonly InterventionItem[] },
  by: Intervention,
): AsyncGenerator<Intervened> {
  for (let i = 0; i < items.length; i += atOnce) {
    const part = items.slice(i, i + atOnce);
    // Read first, so that the records are in the order of the sagas.
    const read = await host.readSteps((cut) => readSagas(cut, part));
    yield* await Promise.all(
      part.map((item, k) => resultFor(item.id, () => intervene(host, { ...item, word, found: read[k] }, by))),
    );
  }
}

function* readSagas(cut: Cut, items: readonly InterventionItem[]): Steps<(LoadedSaga | undefined)[]> {
  const read: (LoadedSaga | undefined)[] = [];
  for (const { id } of items) read.push(yield* readIfWhole(cut, id));
  return read;
}

/** A saga that cannot be read is told when its turn comes, and keeps it from no other. */
function* readIfWhole(cut: Cut, id: string): Steps<LoadedSaga | undefined> {
  try {
    return yield* sagaInSteps(cut, id);
  } catch (error) {
    if (error instanceof TxlogError) return undefined;
    throw error;
  }
}

/** Carries out a plan, in its order. Errors: PLAN_INVALID; PLAN_STALE when it was made for another environment. */
export async function* applyInterventions(
  host: SessionHost,
  input: unknown,
  options: ApplyOptions,
): AsyncGenerator<Intervened> {
  const plan = checkInterventionPlan(input, host.unit);
  yield* carryOut(host, { plan, action: sagaAction(host, plan.word, bulkByOf(plan, options)) }, options);
}

/** The effect of a command on each of many sagas. */
function sagaAction(host: SessionHost, word: SagaCommand, by: Intervention): BulkAction {
  return {
    noun: 'saga',
    *operationOn(cut, { id, position }) {
      const found = (yield* sagaInSteps(cut, id)) ?? unknownSaga(id);
      return interventionOn(found, word, { by, now: host.now(), position });
    },
    // One that has ended is undone by another one, which leaves it as it is.
    doneAt: (cut, id) => (word.kind === 'compensate' ? undoneAt(cut, id) : undefined),
    isDoneBy: (change) => eventsIn(chunkOf(change)).some(({ event }) => event === word.kind),
  };
}

/** The position at which a saga was undone by another one, if it was: an id alone may be that of anything. */
function undoneAt(cut: Cut, id: string): number | undefined {
  const key = sessionKey(`${id}/undo`);
  const [first] = cut.applied(key, 1);
  if (first === undefined) return undefined;
  const [started] = eventsIn(chunkAt(cut.record(first), key));
  return started?.event === 'started' && started.undoes === id ? first : undefined;
}

function eventsIn(chunk: Chunk | undefined): readonly Partial<SagaEvent & { readonly undoes: string }>[] {
  if (!chunk || !('data' in chunk)) return [];
  return [chunk.data].flat().filter(isJsonObject) as Partial<SagaEvent & { readonly undoes: string }>[];
}
