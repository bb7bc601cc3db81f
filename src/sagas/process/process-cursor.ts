import { assert } from '../../core/base/assert.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/base/json.ts';
import { type Session, sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { SessionStep } from '../../core/log/operation.ts';
import { checkData, dataOf } from '../../core/log/session-input.ts';
import { readChunks } from '../../sessions/read/read-session.ts';
import type { Led } from '../../sessions/turn/led-session.ts';
import type { Cut } from '../../view/cut.ts';

/** How far a process has come. The newest one is the last chunk of data of its session. */
export interface ProcessCursor {
  /** All records up to this one are decided. */
  readonly position: number;
  /** How many decisions of this record are carried out. */
  readonly done?: number;
}

/** The data that a cursor is kept as. */
export function dataOfCursor(cursor: ProcessCursor) {
  return checkData({ v: 1, ...cursor });
}

/** A process as of one view. */
export interface LoadedProcess {
  readonly session: Session;
  /** Undefined when somebody put other data in its place. */
  readonly cursor: ProcessCursor | undefined;
}

/** The session of a process as it is now, and its cursor; undefined when there is none. */
export function readProcessCursor(cut: Cut, id: string): LoadedProcess | undefined {
  const state = cut.state(sessionKey(id));
  const session = sessionIn(state);
  if (!state || !session) return undefined;
  const chunk = readChunks(cut, { ...session, id, position: state.position }).at(-1);
  const data = chunk && dataOf(chunk);
  return { session, cursor: isJsonObject(data) ? toCursor(data) : undefined };
}

function toCursor({ position, done }: JsonObject): ProcessCursor | undefined {
  if (!isWhole(position)) return undefined;
  if (done === undefined) return { position };
  return isWhole(done) && done > 0 ? { position, done } : undefined;
}

function isWhole(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The operation that moves the cursor of a process that is led, when its session has so many chunks: none of several that
 * follow one another is done unless all before it were.
 */
export function movingOn({ session, epoch }: Led, cursor: ProcessCursor, seen: number): SessionStep {
  assert(cursor.done === undefined || cursor.done > 0, 'a record of which nothing is done is not begun');
  return { op: 'append', session, epoch, seen, ...dataOfCursor(cursor) };
}

/** The same, in place of all before: at the end of a turn. */
export function movingTo({ session, epoch }: Led, cursor: ProcessCursor, seen: number): SessionStep {
  return { op: 'replace', session, epoch, seen, ...dataOfCursor(cursor) };
}
