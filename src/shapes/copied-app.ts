import type { JsonObject } from '../core/base/json.ts';
import type { CopiedApp } from '../index.ts';

/** The app that a copy of an environment remembers, for scripts; nothing of a copy whose original has no app. */
export function copiedAppJson(app: CopiedApp | undefined): JsonObject {
  return app ? { app: app.app, appFound: app.found } : {};
}
