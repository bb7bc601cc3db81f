import { type LoadedApp, type RequestType, requestTypeOf } from '../core/app/app.ts';
import {
  type HandlerRejection,
  type HandlerRequest,
  type HandlerState,
  type HandlerStates,
  rejectRequest,
} from '../core/app/handler-terms.ts';
import { AssertionFailure } from '../core/base/assert.ts';
import { type ErrorCode, errorOwnerOf } from '../core/base/error-codes.ts';
import { refusePromise, type rejectionCodes, TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { copyJson, deepFreeze, type JsonValue } from '../core/base/json.ts';
import { findKeyProblem, findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import type { Change } from '../core/fold/change.ts';
import { ownerOf } from '../core/fold/fold.ts';
import { foldChanges } from '../core/fold/fold-record.ts';
import { type Rejection, reject } from '../core/fold/rejection.ts';
import { checkChanges, type Request } from '../core/log/request.ts';
import type { Choice } from './3-choice.ts';
import type { DecisionReader } from './3-decision-reader.ts';

/** Runs the user's code for a request, or takes the changes that the request carries. */
export function runHandler(app: LoadedApp, reader: DecisionReader, request: Request): Choice {
  const handler = requestTypeOf(app, request.type);
  const decided = handler?.decide !== undefined;
  const chosen = handler ? callHandler(handler, reader, request) : request.changes;
  if ('rejected' in chosen)
    return { ok: false, rejection: toRejection(chosen), changes: decided ? [] : request.changes, decided };
  const reduced = runReducers(handler, reader, chosen);
  if ('rejected' in reduced) return { ok: false, rejection: toRejection(reduced), changes: chosen, decided };
  return { ok: true, changes: reduced, decided };
}

function callHandler(
  handler: RequestType,
  reader: DecisionReader,
  request: Request,
): readonly Change[] | HandlerRejection {
  return guard((): readonly Change[] | HandlerRejection => {
    const seen = handlerRequest(request, reader.time);
    const states = handlerStates(reader);
    const allowed = handler.authorize ? handler.authorize(seen, states) : true;
    if (allowed === false)
      return rejectRequest('DENIED', `${request.actor ?? 'a request without an actor'} may not ${request.type}`);
    if (allowed !== true) return refusalOf(allowed, 'authorize');
    if (!handler.decide) return request.changes;
    return choiceOf(handler.decide(seen, states), 'decide');
  });
}

/** Whatever user code throws or returns becomes a value: changes that hold, or a rejection that keeps the message. */
export function guard<T>(run: () => T): T | HandlerRejection {
  try {
    return run();
  } catch (error) {
    if (isOurs(error)) throw error;
    const refused = error instanceof TxlogError ? codesOfData.get(error.code) : undefined;
    if (refused !== undefined) return rejectRequest(refused, reasonText(error));
    return rejectRequest('HANDLER_FAILED', reasonText(error) || 'the handler threw without a message');
  }
}

/** Data that user code passed on, and the engine does not take: what is wrong is what was asked for, not the code. */
const codesOfData: ReadonlyMap<ErrorCode, (typeof rejectionCodes)[number]> = new Map([
  ['KEY_INVALID', 'KEY_INVALID'],
  ['JSON_FORBIDDEN_KEY', 'JSON_FORBIDDEN_KEY'],
  ['JSON_TOO_DEEP', 'JSON_TOO_DEEP'],
  ['JSON_UNPAIRED_SURROGATE', 'JSON_UNPAIRED_SURROGATE'],
  ['VALUE_TOO_LARGE', 'VALUE_OVERSIZED'],
  ['REQUEST_TOO_LARGE', 'VALUE_OVERSIZED'],
]);

/** A failure of the storage, or a bug of the engine, that user code only met: no reason to refuse the request for ever. */
function isOurs(error: unknown): boolean {
  return error instanceof AssertionFailure || (error instanceof TxlogError && errorOwnerOf(error.code) === 'engine');
}

/** The message of whatever was thrown: bounded, and text that the log can keep. */
function reasonText(thrown: unknown): string {
  try {
    const message = typeof thrown === 'string' ? thrown : (thrown as { message?: unknown } | null | undefined)?.message;
    return typeof message === 'string' ? message.slice(0, limits.reasonUnitsMax).toWellFormed() : '';
  } catch {
    // Even asking what was thrown may throw: there is no message to keep then.
    return '';
  }
}

/** Checks what a handler returned. Throws when it is neither changes nor a rejection. */
export function choiceOf(returned: unknown, name: string): readonly Change[] | HandlerRejection {
  if (Array.isArray(returned)) return checkChanges(structuredClone(returned), `${name}()`);
  return refusalOf(returned, name);
}

function refusalOf(returned: unknown, name: string): HandlerRejection {
  const refusal = returned as HandlerRejection | null | undefined;
  if (typeof refusal?.code === 'string' && typeof refusal.reason === 'string') {
    const { code, reason, key } = refusal;
    const problem = findNameProblem(code, limits.typeBytesMax);
    if (problem) throw new Error(`${name}() refused with a code that ${problem}`);
    const wrongKey = key === undefined ? undefined : findKeyProblem(key);
    if (wrongKey) throw new TxlogError('KEY_INVALID', `${name}() refused with a key that ${wrongKey}`);
    return rejectRequest(code, reasonText(reason), key);
  }
  refusePromise(returned, `${name}()`);
  throw new Error(`${name}() returned neither changes nor a rejection`);
}

/** States for user code: frozen, so that it cannot change what others read. */
export function handlerStates(reader: DecisionReader): HandlerStates {
  return {
    get(key) {
      const problem = findKeyProblem(key);
      if (problem) throw new TxlogError('KEY_INVALID', `states.get(): the key ${problem}`);
      const state = reader.state(key);
      if (!state?.exists) return undefined;
      const owner = ownerOf(state, reader);
      const seen: HandlerState = {
        key,
        kind: state.kind === 'dedicated' ? 'dedicated' : 'shared',
        value: deepFreeze(state.value ?? null),
        version: state.version,
        ...given({ owner }),
      };
      return Object.freeze(seen);
    },
  };
}

function handlerRequest({ id, type, actor, claims, payload, attachments }: Request, time: number): HandlerRequest {
  const named = attachments && Object.freeze([...attachments]);
  return Object.freeze({
    id,
    type,
    actor,
    claims: deepFreeze(claims ?? {}),
    payload: deepFreeze(payload ?? null),
    time,
    ...given({ attachments: named }),
  });
}

/** Runs custom reducers now and keeps their outcome in the change: the log can be folded without the app. */
function runReducers(
  handler: RequestType | undefined,
  reader: DecisionReader,
  changes: readonly Change[],
): readonly Change[] | HandlerRejection {
  if (!changes.some(({ op }) => op === 'reduce')) return changes;
  return guard(() => {
    const done: Change[] = [];
    for (const change of changes)
      done.push(change.op === 'reduce' ? reduce(handler, reader, { done, change }) : change);
    return done;
  });
}

function reduce(
  handler: RequestType | undefined,
  reader: DecisionReader,
  { done, change }: { readonly done: readonly Change[]; readonly change: Change },
): Change {
  const result = runReducer(handler, change, valueAfter(reader, done, change.key));
  return result === undefined ? change : { ...change, result };
}

/** The value that a reducer gives; undefined for none. Throws when there is no such reducer, or its result is no JSON. */
export function runReducer(
  handler: RequestType | undefined,
  { key, reducer: name = '', value: argument }: Change,
  value: JsonValue | undefined,
): JsonValue | undefined {
  const reducer = Object.hasOwn(handler?.reducers ?? {}, name) ? handler?.reducers?.[name] : undefined;
  if (!reducer) throw new Error(`no reducer ${name} for this type; is the app loaded?`);
  const result = reducer(deepFreeze(value), deepFreeze(argument));
  if (result === undefined) return undefined;
  refusePromise(result, `reducer ${name}`);
  checkChanges([{ op: 'set', key, value: result }], `reducer ${name}`);
  return copyJson(result);
}

/** A reducer sees what the request's earlier changes left. */
function valueAfter(reader: DecisionReader, changes: readonly Change[], key: string): JsonValue | undefined {
  const folded = foldChanges(
    changes.filter((change) => change.key === key),
    (name) => reader.state(name),
    // Owners are for the fold of the whole transaction to check.
    { position: 0, time: reader.time, idAt: () => undefined },
  );
  if (!folded.ok) throw new TxlogError('REQUEST_INVALID', folded.rejection.reason);
  return (folded.after.get(key) ?? reader.state(key))?.value;
}

function toRejection({ code, reason, key }: HandlerRejection): Rejection {
  return reject(code, reason, given({ key }));
}
