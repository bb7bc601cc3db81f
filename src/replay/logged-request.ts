import { type App, requestTypeOf } from '../core/app/app.ts';
import { type LogRecord, usersChanges } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';

/**
 * A logged request, to be decided again by an app: the handler of that app chooses in place of the one of then; without one,
 * what was chosen stands. What the engine added to it is left out.
 */
export function requestAgain(app: App, { id, type, actor, payload, expect, decided, changes }: LogRecord): Request {
  const isHandled = requestTypeOf(app, type)?.decide !== undefined;
  const asked = decided && isHandled ? [] : usersChanges(changes).map(({ result: _, ...change }) => change);
  return { id, type, actor, payload, expect, changes: asked, bytes: 0, logged: true };
}
