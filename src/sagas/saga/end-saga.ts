import type { Saga, SagaOutcome } from '../../core/app/saga.ts';
import { given } from '../../core/base/given.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { utf8Length } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { reject } from '../../core/fold/rejection.ts';
import type { NewSession, SessionStep, Settled } from '../../core/log/operation.ts';
import { sagaType } from '../../core/log/record.ts';
import type { Request } from '../../core/log/request.ts';
import { responseOf } from '../../pipeline/3-decide-operation.ts';
import { responsesOf } from '../../sessions/host/address.ts';
import type { Led } from '../../sessions/turn/led-session.ts';

/** The facts that the end of a saga depends on. */
export interface EndOptions {
  /** Chunks of data that the saga has before its end. */
  readonly seen: number;
  /** Id of the request of its last step, when both are decided together. */
  readonly after?: string;
  readonly before?: readonly (NewSession | SessionStep)[];
  /** The saga with all its results, as it is once that step is decided. */
  ended?(): Saga;
}

/**
 * The end of a saga: its outcome for ever, under its own id. Committed when its steps are done, rejected when they are
 * compensated; one that undoes another is committed when that is compensated; with what is still to be written of it (`before`), the removal of its session and the answer to whoever
 * started it, in one record.
 */
export function endOfSaga(
  { session, epoch }: Led,
  { saga, outcome }: { readonly saga: Saga; readonly outcome: SagaOutcome },
  { seen, after, before = [], ended = () => saga }: EndOptions,
): Request {
  const payload = summary(saga);
  // A saga that undoes another one ends well when that one is compensated.
  const isMet = outcome === 'done' || saga.undoes !== undefined;
  const refusal = isMet ? {} : { refusal: reject('SAGA_COMPENSATED', saga.error ?? 'it was compensated on request') };
  return {
    ...{ id: saga.id, type: sagaType, actor: undefined, payload, changes: [], expect: [], bytes: 256, ...refusal },
    completes: {
      session,
      epoch,
      seen,
      ...given({ after }),
      operations: (settled) => [...before, { op: 'remove', ofSaga: true, session, epoch }, ...answer(ended(), settled)],
    },
  };
}

function summary({ type, createdAt, undoes, forced }: Saga): JsonObject {
  return {
    saga: type,
    started: createdAt,
    ...given({ undoes, forced }),
  };
}

function answer(saga: Saga, settled: Settled) {
  if (saga.respond === undefined) return [];
  const result: Record<string, JsonValue> = {};
  for (const step of saga.steps.values()) if (step.do.result !== undefined) result[step.name] = step.do.result;
  const isSmall = utf8Length(JSON.stringify(result)) < limits.stepResultBytesMax;
  const data = { ...responseOf(settled), ...(settled.outcome === 'committed' && isSmall && { result }) };
  return responsesOf(settled, saga.respond, data);
}
