import { countTypes, type LogStanding, readStanding, type TypeCount } from '../monitor/standing.ts';
import { readThemes, type ThemeReading } from '../sessions/read/read-session.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { Generation } from './open-generation.ts';

/** How an environment stands, in numbers. */
export interface Status extends LogStanding {
  readonly dir: string;
  /** Themes that sessions ever had, with their counts. */
  readonly themes: readonly ThemeReading[];
  readonly types: readonly TypeCount[];
}

/** Gathers the status from one consistent view. */
export function readStatus(
  env: LongViewReader & { readonly dir: string; readonly handle: Generation },
): Promise<Status> {
  return env.readSteps(function* (cut) {
    const types = yield* countTypes(cut);
    return { dir: env.dir, ...readStanding(cut, env.handle), themes: readThemes(cut), types };
  });
}
