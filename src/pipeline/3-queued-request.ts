import { sagaTheme } from '../core/app/saga.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonEquals } from '../core/base/json.ts';
import type { Change } from '../core/fold/change.ts';
import { type Chunk, sessionIn, sessionKey } from '../core/fold/session.ts';
import { chunkOf } from '../core/fold/session-fold.ts';
import type { NewSession } from '../core/log/operation.ts';
import type { LogRecord } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';
import { themeEntry } from './3-decide-theme.ts';
import type { Stage } from './3-stage.ts';

const prefix = 'request/';

/** Theme of the queue of a request type. */
export function queueTheme(type: string): string {
  return prefix + type;
}

/** Whether a theme is the queue of a request type. */
export function isQueueTheme(theme: string): boolean {
  return theme.startsWith(prefix);
}

/** The request type whose queue a theme is, if it is one. */
export function typeOfQueue(theme: string): string | undefined {
  return isQueueTheme(theme) ? theme.slice(prefix.length) : undefined;
}

/** The data that a record brought to the session of a key. */
export function chunkAt(record: Pick<LogRecord, 'changes'> | undefined, key: string): Chunk | undefined {
  for (const change of record?.changes ?? []) {
    const chunk = change.key === key ? chunkOf(change) : undefined;
    if (chunk) return chunk;
  }
  return undefined;
}

/** A request as the data of the session that brings it. */
export function dataOfRequest(request: Request, respond: string | undefined): JsonObject {
  const { id, type, actor, claims, payload, changes, expect, attachments } = request;
  return {
    id,
    type,
    ...given({ actor, payload }),
    ...(changes.length > 0 && { changes: changes as unknown as JsonValue }),
    ...(expect.length > 0 && { expect: expect as unknown as JsonValue }),
    ...(attachments && { attachments }),
    ...given({ claims, respond }),
  };
}

/** Whether the id is that of another request, which waits in its queue, or of a saga, which ends under it. */
export function isQueuedOtherwise(stage: Stage, request: Request): boolean {
  if (stage.liveSessions === 0) return false;
  const key = sessionKey(request.id);
  const state = stage.state(key);
  const session = sessionIn(state);
  if (!session) return false;
  const chunk = chunkAt(stage.record(session.created), key);
  const data = chunk && 'data' in chunk && isJsonObject(chunk.data) ? chunk.data : {};
  if (typeof data.type !== 'string') return false;
  const isOf = (theme: string) => themeEntry(stage, theme)?.number === session.theme;
  if (isOf(sagaTheme(data.type))) return true;
  // A session of another theme may have any id.
  if (!isOf(queueTheme(data.type))) return false;
  return !jsonEquals(withoutOrigin(data), withoutOrigin(dataOfRequest(request, undefined)));
}

/**
 * Whether the data of a new session are those that it was made with. Where a queued request comes from, and where its response
 * goes to, is no part of them: whoever asks again may be another one, which asks by way of another frontend.
 */
export function bringsSame(stage: Stage, made: Change, { theme, chunk }: Pick<NewSession, 'theme' | 'chunk'>): boolean {
  const number = themeEntry(stage, theme)?.number;
  const asked = (chunk: Chunk | undefined) => {
    const data = chunk && 'data' in chunk && isJsonObject(chunk.data) ? chunk.data : {};
    const isRequest = typeof data.type === 'string' && themeEntry(stage, queueTheme(data.type))?.number === number;
    return (isRequest ? withoutOrigin(data) : chunk) as unknown as JsonValue;
  };
  return jsonEquals(asked(chunkOf(made)), asked(chunk));
}

const originFields: ReadonlySet<string> = new Set(['correlation', 'causation', 'traceparent', 'claims', 'respond']);

/** Leaves out who asks: the session of a queued request has its links, though its data may name them as well. */
function withoutOrigin(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !originFields.has(field)));
}
