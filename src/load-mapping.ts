import { loadMap } from './app/load.ts';
import type { App } from './core/app.ts';

/**
 * Loads a mapping: a module whose default export is a function of a line, or an app with `map`.
 *
 * Errors: APP_NOT_FOUND, APP_INVALID.
 */
export async function loadMapping(file: string): Promise<NonNullable<App['map']>> {
  return loadMap(file);
}
