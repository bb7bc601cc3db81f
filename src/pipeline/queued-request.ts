import { isJsonObject, type JsonObject, type JsonValue, jsonEquals } from '../core/json.ts';
import type { Request } from '../core/request.ts';
import { asSession, sessionKey } from '../core/session.ts';
import { chunkOf } from '../core/session-fold.ts';
import { themeEntry } from './decide-theme.ts';
import type { Stage } from './stage.ts';

const prefix = 'request/';

/** Theme of the queue of a request type. */
export function queueTheme(type: string): string {
  return prefix + type;
}

/** Whether a theme is the queue of a request type. */
export function isQueueTheme(theme: string): boolean {
  return theme.startsWith(prefix);
}

/** A request as the data of the session that brings it. */
export function dataOfRequest(request: Request, respond: string | undefined): JsonObject {
  const { id, type, actor, payload, changes, expect } = request;
  return {
    id,
    type,
    ...(actor === undefined ? {} : { actor }),
    ...(payload === undefined ? {} : { payload }),
    ...(changes.length === 0 ? {} : { changes: changes as unknown as JsonValue }),
    ...(expect.length === 0 ? {} : { expect: expect as unknown as JsonValue }),
    ...(respond === undefined ? {} : { respond }),
  };
}

/** Whether another request with this id was accepted, and waits in its queue: the id is that one's. */
export function isQueuedOtherwise(stage: Stage, request: Request): boolean {
  if (stage.liveSessions === 0) return false;
  const key = sessionKey(request.id);
  const state = stage.state(key);
  const session = state?.exists ? asSession(state.value) : undefined;
  if (!session) return false;
  const made = stage.record(session.created)?.changes.find((change) => change.key === key);
  const chunk = made && chunkOf(made);
  const data = chunk && 'data' in chunk && isJsonObject(chunk.data) ? chunk.data : {};
  // A session of another theme may have any id.
  if (typeof data.type !== 'string' || themeEntry(stage, queueTheme(data.type))?.number !== session.theme) return false;
  const { respond: _, ...asked } = data;
  return !jsonEquals(asked, dataOfRequest(request, undefined));
}
