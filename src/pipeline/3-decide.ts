import { type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { assert } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { type JsonObject, type JsonValue, jsonEquals } from '../core/base/json.ts';
import { shellWord } from '../core/base/shell-word.ts';
import type { Change } from '../core/fold/change.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import { isEngineKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { linksOf } from '../core/log/links.ts';
import { expireType, type LogRecord, usersChanges } from '../core/log/record.ts';
import type { RanOut, Request } from '../core/log/request.ts';
import type { AttachmentStore } from '../ports/attachment-store.ts';
import type { Choice } from './3-choice.ts';
import { decideCompensation } from './3-compensation.ts';
import { completionChanges, findNotLed, type OperationDecision, operate, type Undone } from './3-decide-operation.ts';
import { DecisionReader } from './3-decision-reader.ts';
import { findUnmetExpectation } from './3-expectation.ts';
import { runHandler } from './3-handler.ts';
import { findUnknownType } from './3-known-type.ts';
import { linksOfRequest } from './3-links.ts';
import { isQueuedOtherwise } from './3-queued-request.ts';
import type { Stage } from './3-stage.ts';

/** A choice of a user's or the engine's code, and what it read: kept while that is unchanged. */
export interface Draft {
  readonly chosen: Choice;
  readonly reads: ReadonlyMap<string, number>;
  /** Time that the code was told. */
  readonly time: number;
}

/** A request to be decided. A request of the log is decided again without a look at attachments. */
export interface Decidable {
  readonly request: Request;
  readonly draft?: Draft | undefined;
  readonly attachments?: Pick<AttachmentStore, 'has'> | undefined;
}

/** How one request went: a record that is staged now, an earlier one with the same id, or a conflict. */
export type RequestDecision =
  | { readonly type: 'staged'; readonly record: LogRecord; readonly draft: Draft | undefined }
  | { readonly type: 'duplicate'; readonly record: LogRecord }
  | Undone;

/** How a task went. */
export type TaskDecision = RequestDecision | OperationDecision;

/**
 * Step 3: decides one request against the staged view, and stages its record. Deterministic: the same request on
 * the same states at the same time gives the same record. A draft made before is taken over when nothing that it
 * read has changed, so that user code does not run again.
 */
export function decide(
  app: LoadedApp,
  stage: Stage,
  { request, draft, attachments }: Decidable,
): RequestDecision | OperationDecision {
  if (request.ranOut) return endClaim(stage, request.ranOut);
  const notLed = request.completes && findNotLed(stage, request.completes);
  if (notLed) return { type: 'denied', rejection: notLed };
  const earlier = stage.find(request.id);
  if (earlier) return sameBody(earlier, request) ? repeat(stage, earlier, request) : refuseConflict(earlier);
  if (!request.completes && isQueuedOtherwise(stage, request)) return refuseQueued(request.id);
  const undone = request.compensates === undefined ? undefined : stage.compensationOf(request.compensates);
  if (undone !== undefined) {
    const record = stage.record(undone);
    if (record) return repeat(stage, record, request);
  }
  const target = request.compensates === undefined ? undefined : stage.record(request.compensates);
  const unknown = findUnknownType(app, request, target);
  if (unknown) return { type: 'refused', error: unknown };
  const reader = new DecisionReader(stage);
  const kept = draft !== undefined && unchanged(draft, reader);
  const missing = attachments && findMissingAttachment(attachments, request);
  const chosen = missing ? refusedFor(missing, request) : kept ? draft.chosen : choose(app, reader, request);
  if (kept) for (const key of draft.reads.keys()) reader.state(key);
  const coded = request.compensates !== undefined || requestTypeOf(app, request.type) !== undefined;
  const made = coded ? draftOf(stage, reader, chosen) : undefined;
  for (const change of chosen.changes) reader.state(change.key);
  stageExpiries(stage, reader);
  const linked = { ...request, ...linksOfRequest(stage, request, target) };
  const record = stageRecord(stage, { request: linked, chosen }, reader);
  return record instanceof TxlogError ? { type: 'refused', error: record } : { type: 'staged', record, draft: made };
}

/** A request that was processed before does to sessions what it does all the same. */
function repeat(stage: Stage, record: LogRecord, { completes }: Request): RequestDecision {
  const changes = completes && completionChanges(stage, record, completes);
  if (changes instanceof TxlogError) return { type: 'refused', error: changes };
  if (completes && changes) operate(stage, changes, { session: completes.session });
  return { type: 'duplicate', record };
}

/**
 * What code chose on these reads, when that can be trusted later. The version of a state in the log names it for ever;
 * that of a state which is only staged, or only free by its expiry, may come to name another one.
 */
function draftOf(stage: Stage, reader: DecisionReader, chosen: Choice): Draft | undefined {
  if (reader.expired.size > 0) return undefined;
  const { reads } = reader;
  for (const key of reads.keys()) if (stage.isStaged(key)) return undefined;
  return { chosen, reads, time: stage.time };
}

/** The first attachment of a request that is not here, as a rejection. */
function findMissingAttachment(
  store: Pick<AttachmentStore, 'has'>,
  { attachments = [] }: Request,
): Rejection | undefined {
  const missing = attachments.find((digest) => !store.has(digest));
  return missing === undefined ? undefined : reject('ATTACHMENT_MISSING', `attachment ${missing} is not here`);
}

function refusedFor(rejection: Rejection, { changes }: Request): Choice {
  return { ok: false, rejection, changes, decided: false };
}

/** Chooses for a request on the states that `reader` shows, before it is applied. */
export function choose(app: LoadedApp, reader: DecisionReader, request: Request): Choice {
  const unmet = findUnmetExpectation(request.expect, reader);
  if (unmet) return refusedFor(unmet, request);
  if (request.refusal) return { ok: false, rejection: request.refusal, changes: [], decided: true };
  if (request.compensates !== undefined) return decideCompensation(app, reader, request.compensates);
  return runHandler(app, reader, request);
}

/** Frees a key whose claim ran out elsewhere, unless it is free, confirmed, or has another owner here. */
function endClaim(stage: Stage, { key, owner }: RanOut): RequestDecision | OperationDecision {
  const state = stage.state(key);
  const isPending = state?.kind === 'dedicated' && state.exists && state.pendingUntil !== undefined;
  if (!isPending || state.owner === undefined || stage.idAt(state.owner) !== owner)
    return { type: 'idle', due: undefined };
  return { type: 'staged', record: stageExpiry(stage, [key]), draft: undefined };
}

/** Claims that ran out are logged as such before the decision that found them free. */
function stageExpiries(stage: Stage, reader: DecisionReader): void {
  if (reader.expired.size > 0) stageExpiry(stage, [...reader.expired]);
}

function stageExpiry(stage: Stage, keys: readonly string[]): LogRecord {
  const changes = keys.map((key): Change => ({ op: 'expire', key }));
  const position = stage.nextPosition;
  const context = { position, time: stage.time, idAt: (at: number) => stage.idAt(at) };
  const folded = foldChanges(changes, (key) => stage.state(key), context);
  if (!folded.ok)
    throw new TxlogError('STORAGE_CORRUPT', `an expired claim cannot be freed: ${folded.rejection.reason}`);
  const record: LogRecord = {
    ...{ position, time: stage.time, id: `${expireType}/${position}`, type: expireType, changes, decided: true },
    ...{ actor: undefined, payload: undefined, expect: [], outcome: 'committed' },
    ...{ rejection: undefined, compensates: undefined },
  };
  stage.add(record, folded.after, (key) => stage.state(key));
  return record;
}

function stageRecord(
  stage: Stage,
  { request, chosen }: { readonly request: Request; readonly chosen: Choice },
  reader: DecisionReader,
): LogRecord | TxlogError {
  const position = stage.nextPosition;
  // A later change of the request may name the owner that an earlier one made: the request itself.
  const idAt = (at: number) => (at === position ? request.id : stage.idAt(at));
  const context = { position, time: stage.time, idAt };
  // The states that were read still hold, unless an expiry was staged in between.
  const lookup = (key: string) => (reader.expired.size > 0 ? stage.state(key) : reader.remembered(key));
  const folded = chosen.ok ? foldChanges(chosen.changes, lookup, context) : chosen;
  const { id, type, actor, claims, payload, expect, attachments, compensates } = request;
  const record: LogRecord = {
    position,
    id,
    type,
    time: stage.time,
    outcome: folded.ok ? 'committed' : 'rejected',
    actor,
    payload,
    changes: chosen.changes,
    expect,
    decided: chosen.decided,
    rejection: folded.ok ? undefined : { ...folded.rejection, seen: Object.fromEntries(reader.reads) as JsonObject },
    compensates,
    ...given({ attachments, claims }),
    ...linksOf(request),
  };
  const after = folded.ok ? folded.after : nothing;
  if (!request.completes) {
    stage.add(record, after, lookup);
    return record;
  }
  // The changes of sessions stand in the same record: all of it or none.
  const ending = completionChanges(stage, record, request.completes);
  if (ending instanceof TxlogError) return ending;
  const ended = foldChanges(ending, (key) => stage.state(key), context);
  assert(ended.ok, 'what a led session asks for can be done');
  const complete = { ...record, changes: [...record.changes, ...ending] };
  stage.add(complete, new Map([...after, ...ended.after]), (key) =>
    isEngineKey(key) ? stage.state(key) : lookup(key),
  );
  return complete;
}

const nothing: ReadonlyMap<string, State> = new Map();

function unchanged(draft: Draft, reader: DecisionReader): boolean {
  if (draft.time !== reader.time) return false;
  for (const [key, version] of draft.reads) if (reader.version(key) !== version) return false;
  return true;
}

/** A handler's choice is not part of the request: it may differ between two runs of the same request. */
function sameBody(record: LogRecord, request: Request): boolean {
  return (
    record.type === request.type &&
    record.actor === request.actor &&
    jsonEquals(record.payload, request.payload) &&
    jsonEquals(record.expect as unknown as JsonValue, request.expect as unknown as JsonValue) &&
    jsonEquals(record.attachments, request.attachments) &&
    jsonEquals(
      (record.decided ? [] : usersChanges(record.changes).map(asked)) as unknown as JsonValue,
      request.changes as unknown as JsonValue,
    )
  );
}

/** A change as the client sent it: what the engine added is left out. */
function asked({ result: _, ...change }: Change): Change {
  return change;
}

function refuseQueued(id: string): RequestDecision {
  const error = new TxlogError(
    'REQUEST_ID_CONFLICT',
    `id ${id} belongs to another request or saga that has not ended`,
    {
      hint: 'An id belongs to one request for ever. Nothing was applied.',
      next: [`txlog session show ${shellWord(id)}`],
    },
  );
  return { type: 'refused', error };
}

function refuseConflict(earlier: LogRecord): RequestDecision {
  const error = new TxlogError(
    'REQUEST_ID_CONFLICT',
    `id ${earlier.id} was used at position ${earlier.position} for another request`,
    {
      hint: 'An id belongs to one request for ever. Nothing was applied.',
      next: [`txlog inspect ${earlier.position}`],
    },
  );
  return { type: 'refused', error };
}
