import { type App, type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { rejectionCodes } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import { type LogRecord, usersChanges } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import { choose, type Draft } from '../pipeline/3-decide.ts';
import type { DecisionReader } from '../pipeline/3-decision-reader.ts';
import { findUnmetExpectation } from '../pipeline/3-expectation.ts';
import { findLacking } from '../pipeline/3-known-type.ts';

const codesOfEngine: ReadonlySet<string> = new Set(rejectionCodes);

/** Whether a refusal is one of the app: of its `authorize`, or of a handler. */
function isOfRules({ code }: Rejection): boolean {
  return code === 'DENIED' || code === 'HANDLER_FAILED' || !codesOfEngine.has(code);
}

/** A logged request as it was sent: without what a handler chose, and what the engine added. */
export function requestAgain(record: LogRecord): Request {
  const { id, type, actor, claims, payload, expect, attachments, decided, changes, rejection } = record;
  const asked = decided ? [] : usersChanges(changes).map(({ result: _, ...change }) => change);
  // Which attachments were here then, nobody knows but the record.
  const refusal = rejection?.code === 'ATTACHMENT_MISSING' ? rejection : undefined;
  const request: Request = { id, type, actor, payload, expect, changes: asked, bytes: 0, logged: true };
  return { ...request, ...given({ attachments, claims, refusal }) };
}

/**
 * Finds out why an app cannot decide a logged request: it lacks the handler, where one decided it, or a reducer. Undefined
 * where it lacks nothing. An outcome without these would tell which app was loaded, not what its rules are.
 */
export function findLackingAgain(app: App, record: LogRecord): string | undefined {
  const { type, decided, rejection } = record;
  const known = requestTypeOf(app, type);
  if (decided && known?.decide === undefined) return `no handler of ${type}, which decided it`;
  if (known === undefined && rejection && isOfRules(rejection)) return `no type ${type}, whose rules refused it`;
  return findLacking(app, type, requestAgain(record).changes);
}

/** Chooses for a logged request on the states that `reader` shows. Where the app cannot, what was chosen stands. */
export function chooseAgain(app: LoadedApp, reader: DecisionReader, record: LogRecord): Draft['chosen'] {
  return findLackingAgain(app, record) === undefined
    ? choose(app, reader, requestAgain(record))
    : choiceOfThen(reader, record);
}

/** Chooses for a logged request as was chosen then, while its expectations hold. */
export function choiceOfThen(
  reader: DecisionReader,
  { changes, rejection, expect, decided }: LogRecord,
): Draft['chosen'] {
  const chosen = { changes: usersChanges(changes), decided };
  // A handler that refuses chooses nothing. Changes that it chose were refused on the states of then; on others they may fit.
  const isFolded =
    decided && changes.length > 0 && changes.every(({ op, result }) => op !== 'reduce' || result !== undefined);
  const refused = (isFolded ? undefined : rejection) ?? findUnmetExpectation(expect, reader);
  return refused ? { ok: false, rejection: refused, ...chosen } : { ok: true, ...chosen };
}
