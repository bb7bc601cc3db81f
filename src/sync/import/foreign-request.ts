import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { reject } from '../../core/fold/rejection.ts';
import { linksOf } from '../../core/log/links.ts';
import { compensateType, expireType, isEngineType, type LogRecord, usersChanges } from '../../core/log/record.ts';
import { checkRequest, type RanOut, type Request, type RequestInput } from '../../core/log/request.ts';
import type { SyncEnvironment } from '../host/sync-host.ts';

/** Whether a record is one that its origin's engine made for itself: what it did there happens here by itself, or not at all. */
export function isLeft({ type }: LogRecord): boolean {
  return isEngineType(type) && type !== compensateType;
}

/** A record as its client sent it: without what a handler chose there, and what the engine added. */
export function inputOf(record: LogRecord): RequestInput {
  const { id, type, actor, claims, payload, expect, attachments, decided } = record;
  const changes = decided ? [] : usersChanges(record.changes).map(({ result: _, ...change }) => change);
  return {
    ...{ id, type, ...given({ actor, payload }) },
    ...(changes.length > 0 && { changes }),
    ...(expect.length > 0 && { expect }),
    ...given({ attachments, claims }),
    ...linksOf(record),
  };
}

/**
 * The request of a record, to be decided here. A compensation undoes what the record that it names has become here.
 *
 * Errors: those of step 1, as a value.
 */
export function toForeignRequest(
  env: SyncEnvironment,
  record: LogRecord,
  ownOf: (position: number) => number | undefined,
): Request | TxlogError {
  try {
    if (record.compensates === undefined && record.type !== compensateType) return env.check(inputOf(record));
    return compensation(env, record, ifGiven(record.compensates, ownOf));
  } catch (error) {
    if (error instanceof TxlogError) return error;
    throw error;
  }
}

function compensation(env: SyncEnvironment, record: LogRecord, target: number | undefined): Request {
  const { type: _, changes: __, ...words } = inputOf(record);
  // Checked as any client's words are, but by no app: one may have a type of this name.
  const checked = checkRequest({ ...words, type: 'compensate' }, () => env.makeId());
  const request = { ...checked, type: compensateType };
  if (target !== undefined && target > 0) return { ...request, compensates: target };
  const reason = `what it undoes, position ${record.compensates} of its origin, was not taken`;
  return { ...request, refusal: reject('NOT_COMPENSABLE', reason) };
}

/** Frees a key whose claim had run out at its origin. It does nothing where the claim was refused, or confirmed. */
export function endOfClaim(env: SyncEnvironment, ranOut: RanOut): Request {
  const nothing = { actor: undefined, payload: undefined, changes: [], expect: [], bytes: 128 };
  return { id: env.makeId(), type: expireType, ...nothing, ranOut };
}
