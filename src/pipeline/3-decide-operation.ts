import { sagaOfTheme } from '../core/app/saga.ts';
import { assertNever, present } from '../core/base/assert.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { shellWord } from '../core/base/shell-word.ts';
import type { Change } from '../core/fold/change.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import { asSession, type Session, sessionIn, sessionKey, sessionOfKey, themeKey } from '../core/fold/session.ts';
import type { State } from '../core/fold/state.ts';
import { inheritLinks, type Links } from '../core/log/links.ts';
import type {
  Authority,
  Completion,
  LeadSession,
  NewSession,
  Operation,
  PlanMark,
  SessionStep,
  Settled,
  ThemeStep,
  Together,
} from '../core/log/operation.ts';
import { type LogRecord, operationId, sessionType } from '../core/log/record.ts';
import { findByProblem } from '../core/log/session-input.ts';
import { damagedRow } from '../layout/damaged-row.ts';
import { toRejectionJson, toTime } from '../layout/json-shapes.ts';
import { queuePrefix, sessionOfQueueKey } from '../layout/queue-keys.ts';
import { changesWithLead, leadOf, sessionToLead } from './3-decide-lead.ts';
import { themeEntry, themeFor } from './3-decide-theme.ts';
import { linksOfMade, linksOfTurn } from './3-links.ts';
import { bytesOf, changesOfNew } from './3-new-session.ts';
import { bringsSame } from './3-queued-request.ts';
import { findSagaGuard } from './3-saga-session.ts';
import type { Stage } from './3-stage.ts';
import { findSuspended, isPassedBy } from './3-suspended-session.ts';

/** A refusal that is not logged: the caller does not lead the session, or its input is bad. */
export type Undone =
  | { readonly type: 'denied'; readonly rejection: Rejection }
  | { readonly type: 'refused'; readonly error: TxlogError };

/** How an operation went: the session as it is now, or why not. */
export type OperationDecision =
  | {
      readonly type: 'operated';
      readonly record: LogRecord;
      readonly session: string;
      readonly state: State;
      readonly duplicate: boolean;
    }
  /** A lead that found nothing to do; `due` tells when the next session of the theme will be, if any. */
  | { readonly type: 'idle'; readonly due: number | undefined }
  | Undone;

/** Step 3 of an operation: decides it against the staged view, and stages its record. */
export function decideOperation(stage: Stage, operation: Operation): OperationDecision {
  const problem = findByProblem(operation as Partial<Authority>);
  return problem ? { type: 'refused', error: problem } : decideChecked(stage, operation);
}

function decideChecked(stage: Stage, operation: Operation): OperationDecision {
  switch (operation.op) {
    case 'new':
      return makeSession(stage, operation);
    case 'lead':
      return leadSession(stage, operation);
    case 'theme':
      return changeTheme(stage, operation);
    case 'together':
      return coalesceOperations(stage, operation);
    case 'append':
    case 'replace':
    case 'store':
    case 'park':
    case 'ready':
    case 'remove': {
      const refused = findChanged(stage, operation) ?? findSuspended(stage, operation);
      if (refused) return { type: 'denied', rejection: refused };
      const changes = changesOfStep(stage, operation);
      if (changes instanceof TxlogError) return { type: 'refused', error: changes };
      return operate(stage, changes, operation);
    }
    default:
      return assertNever(operation);
  }
}

function makeSession(stage: Stage, operation: NewSession): OperationDecision {
  const key = sessionKey(operation.session);
  const known = stage.state(key);
  if (known) return sameSession(stage, known, operation);
  // A saga ends with a transaction under its id.
  const { theme } = operation;
  const taken =
    typeof theme === 'string' && sagaOfTheme(theme) !== undefined ? stage.find(operation.session) : undefined;
  if (taken) return { type: 'refused', error: idTaken(operation.session, taken.position) };
  const changes = changesOfNew(stage, operation);
  if (changes instanceof TxlogError) return { type: 'refused', error: changes };
  const { session, reason, actor, plan } = operation;
  const all = changesWithLead(stage, operation, changes);
  return operate(stage, all, { session, ...given({ reason, actor, plan }) });
}

function idTaken(id: string, position: number): TxlogError {
  return new TxlogError('REQUEST_ID_CONFLICT', `id ${id} was used at position ${position} for a request`, {
    hint: 'An id belongs to one request or saga for ever. Nothing was done.',
    next: [`txlog inspect ${position}`],
  });
}

function coalesceOperations(stage: Stage, { operations, ...by }: Together): OperationDecision {
  for (const operation of operations) {
    if (operation.op === 'new') continue;
    const refused = findChanged(stage, operation) ?? findSuspended(stage, operation);
    if (refused) return { type: 'denied', rejection: refused };
  }
  const changes = changesOfAll(stage, operations, linksOfTurn(stage, operations));
  if (changes instanceof TxlogError) return { type: 'refused', error: changes };
  return operate(stage, changes, { session: present(operations[0], 'first of several operations').session, ...by });
}

/** The changes of several operations; sessions that were made before are left out. `links` are those of the others. */
function changesOfAll(
  stage: Stage,
  operations: readonly (NewSession | SessionStep)[],
  links: Links,
): readonly Change[] | TxlogError {
  const all: Change[] = [];
  const isMade = (operation: NewSession | SessionStep): operation is NewSession =>
    operation.op === 'new' && !stage.state(sessionKey(operation.session));
  const made = operations.filter(isMade);
  for (const operation of operations) {
    if (operation.op === 'new' && !isMade(operation)) continue;
    const changes =
      operation.op === 'new'
        ? changesOfNew(stage, { ...operation, links: inheritLinks(links, operation.links ?? {}) }, made)
        : changesOfStep(stage, operation);
    if (changes instanceof TxlogError) return changes;
    all.push(...changes);
  }
  return all;
}

/** Why an operation comes too late for what its author knows, or undefined. */
function findChanged(stage: Stage, { session, seen, position }: Authority): Rejection | undefined {
  if (position === undefined && seen === undefined) return undefined;
  const state = stage.state(sessionKey(session));
  const newest = state?.position ?? position;
  if (position !== undefined && newest !== position)
    return reject('SESSION_CHANGED', `session ${session} went on from position ${position} to ${newest}`);
  const now = asSession(state?.value)?.chunks ?? seen;
  if (seen === undefined || now === seen) return undefined;
  return reject('SESSION_CHANGED', `session ${session} has ${now} chunks of data now, not ${seen}`);
}

function changeTheme(stage: Stage, step: ThemeStep): OperationDecision {
  const theme = themeFor(stage, step.theme, step.number);
  if (theme instanceof TxlogError) return { type: 'refused', error: theme };
  const changes: Change[] = theme.registration ? [theme.registration] : [];
  const key = themeKey(step.theme);
  const { paused } = step;
  if (paused !== undefined && paused !== (themeEntry(stage, step.theme)?.paused ?? false))
    changes.push({ op: 'merge', key, value: { paused: paused || null } });
  if (changes.length > 0) return operate(stage, changes, { ...step, session: '', key });
  const state = present(stage.state(key), 'state of a registered theme');
  const record = recordOf(stage, key, state.position);
  return { type: 'operated', record, session: '', state, duplicate: true };
}

/** A record that the row of a state names. */
function recordOf(stage: Stage, key: string, position: number): LogRecord {
  const record = stage.record(position);
  if (record) return record;
  throw damagedRow('states', key, `it names record ${position}, which is not in the log`);
}

function sameSession(stage: Stage, state: State, operation: NewSession): OperationDecision {
  const [first = 0] = stage.applied(state.key);
  const record = recordOf(stage, state.key, first);
  const made = record.changes.find(({ key, op }) => key === state.key && op === 'session.new');
  const { theme, order } = (made?.value ?? {}) as { theme?: number; order?: string };
  const wanted = themeEntry(stage, operation.theme)?.number;
  const same =
    theme === wanted && order === operation.order && made !== undefined && bringsSame(stage, made, operation);
  if (same) return { type: 'operated', record, session: operation.session, state, duplicate: true };
  const error = new TxlogError(
    'REQUEST_ID_CONFLICT',
    `session ${operation.session} was made at position ${first} with another theme or other data`,
    {
      hint: 'An id belongs to one session for ever. Nothing was done.',
      next: [`txlog session show ${shellWord(operation.session)}`],
    },
  );
  return { type: 'refused', error };
}

function leadSession(stage: Stage, operation: LeadSession): OperationDecision {
  const { grouped } = operation;
  const found = sessionToLead(stage, operation);
  if (found === undefined || typeof found === 'object') return { type: 'idle', due: found?.due };
  return operate(stage, [leadOf(found, operation)], { session: found, ...given({ grouped }) });
}

/** Problems: SAGA_STATE. */
function changesOfStep(stage: Stage, step: SessionStep): readonly Change[] | TxlogError {
  const key = sessionKey(step.session);
  const session = sessionIn(stage.state(key));
  const problem = session && findSagaGuard(stage, step, session);
  if (problem) return problem;
  if (isPassedBy(step, session)) return [];
  const change: Change = { op: `session.${step.op}`, key, value: detailsOf(stage, step) };
  return step.op === 'remove' ? changesOfRemove(stage, change) : [change];
}

function detailsOf(stage: Stage, step: SessionStep): JsonObject {
  const { epoch, force, phase } = step;
  const by = given({ epoch, force: force || undefined, phase });
  switch (step.op) {
    case 'append':
    case 'replace': {
      const { chunk, bytes = bytesOf(chunk) } = step;
      return { ...by, bytes, ...chunk };
    }
    case 'store': {
      const { error, interrupted } = step;
      const due = stage.time + Math.round(step.seconds * 1000);
      return { ...by, due, ...given({ interrupted: interrupted || undefined, error }) };
    }
    case 'park':
      return { ...by, error: step.error };
    case 'remove':
      return by;
    case 'ready':
      return { ...by, ...placeInLine(stage, step) };
    default:
      return assertNever(step);
  }
}

function placeInLine(stage: Stage, { session, first }: SessionStep & { readonly op: 'ready' }): JsonObject {
  const key = sessionKey(session);
  const { createdAt } = asSession(stage.state(key)?.value) ?? {};
  const due = first && createdAt !== undefined ? { due: createdAt } : {};
  return { ...due, ...(isHeldUp(stage, key) && { behind: true }) };
}

/** A removal, and the turn of the session of its order key that comes next, if it held one up. */
function changesOfRemove(stage: Stage, removal: Change): readonly Change[] {
  const next = isHeldUp(stage, removal.key) ? undefined : nextInLine(stage, removal.key);
  // A parked one stays so: now it is the one that holds up its line.
  if (next === undefined || asSession(stage.state(next)?.value)?.status !== 'behind') return [removal];
  return [removal, { op: 'session.turn', key: next }];
}

/** Whether another session of its order key comes before: only the oldest of a line may run. */
function isHeldUp(stage: Stage, key: string): boolean {
  const line = lineOf(stage, key);
  const first = line === undefined ? undefined : stage.firstQueued(line);
  return first !== undefined && sessionOfQueueKey(first) !== sessionOfKey(key);
}

function nextInLine(stage: Stage, key: string): string | undefined {
  const line = lineOf(stage, key);
  const next = line === undefined ? undefined : stage.firstQueued(line, sessionOfKey(key));
  return next === undefined ? undefined : sessionKey(sessionOfQueueKey(next));
}

function lineOf(stage: Stage, key: string): string | undefined {
  const session = asSession(stage.state(key)?.value);
  return session?.order === undefined ? undefined : queuePrefix(session.theme, 'line', session.order);
}

type Operated = Pick<Authority, 'session' | 'actor' | 'reason' | 'plan'> & {
  readonly key?: string;
  readonly grouped?: true;
};

/** Stages the record of what happens to a session, or tells why it cannot. */
export function operate(
  stage: Stage,
  changes: readonly Change[],
  { session, actor, reason, plan, grouped, key = sessionKey(session) }: Operated,
): OperationDecision {
  const payload = payloadOf(reason, plan);
  const isGrouped = grouped === true && payload === undefined && actor === undefined;
  const position = isGrouped ? stage.positionOfGroup(changes) : stage.nextPosition;
  const context = { position, time: stage.time, idAt: (at: number) => stage.idAt(at) };
  const folded = foldChanges(changes, (key) => stage.state(key), context);
  if (!folded.ok) return { type: 'denied', rejection: folded.rejection };
  const record: LogRecord = {
    position,
    id: operationId(position),
    type: sessionType,
    time: stage.time,
    outcome: 'committed',
    actor,
    payload,
    changes,
    expect: [],
    decided: true,
    rejection: undefined,
    compensates: undefined,
  };
  const before = (key: string) => stage.state(key);
  const state = present(folded.after.get(key), 'state of what is operated on');
  if (isGrouped)
    return {
      type: 'operated',
      record: stage.addToGroup(record, folded.after, before),
      session,
      state,
      duplicate: false,
    };
  stage.add(record, folded.after, before);
  return { type: 'operated', record, session, state, duplicate: false };
}

/** The payload of a record of operations: why, and of which plan it is which part. */
function payloadOf(reason: string | undefined, plan: PlanMark | undefined): JsonObject | undefined {
  if (reason === undefined && plan === undefined) return undefined;
  return { ...given({ reason }), ...(plan && { plan: plan.id, nth: plan.nth, of: plan.of }) };
}

/** Changes of sessions by a request that is processed. Problems: SAGA_STATE; THEME_CONFLICT and THEME_NOT_FOUND of those it makes. */
export function completionChanges(
  stage: Stage,
  record: LogRecord,
  completion: Completion,
): readonly Change[] | TxlogError {
  return changesOfAll(stage, completion.operations(record), linksOfMade(stage, completion.session));
}

/** The outcome of a request, as the session that brings its response has it. */
export function responseOf({ id, outcome, position, time, rejection }: Settled): JsonObject {
  const receipt = { id, outcome, position: String(position), time: toTime(time) };
  return rejection ? { ...receipt, rejection: toRejectionJson(rejection) } : receipt;
}

/** Why a request may not complete a session, or undefined. */
export function findNotLed(stage: Stage, { session, epoch, seen, after }: Completion): Rejection | undefined {
  const state = stage.state(sessionKey(session));
  const led: Session | undefined = sessionIn(state);
  if (led?.status === 'active' && led.epoch === epoch) {
    if (after !== undefined && !wasLast(stage, state, after))
      return reject('SESSION_CHANGED', `session ${session} was not caused by request ${after}`);
    return seen === undefined ? undefined : findChanged(stage, { session, seen });
  }
  const now = led ? `it is ${led.status} in epoch ${led.epoch}` : 'it was removed';
  return reject(
    led ? 'SESSION_FENCED' : 'SESSION_GONE',
    `session ${session} is not led in epoch ${epoch} any more: ${now}`,
  );
}

/** Whether a request is what happened to a session last, and was committed. */
function wasLast(stage: Stage, session: State | undefined, request: string): boolean {
  const record = stage.find(request);
  return record?.outcome === 'committed' && record.position === session?.position;
}
