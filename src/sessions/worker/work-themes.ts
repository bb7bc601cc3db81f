import type { LoadedApp } from '../../core/app/app.ts';
import { checkInRange, checkLease } from '../../core/base/check-arguments.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { ranges } from '../../core/base/number-range.ts';
import type { Chunk } from '../../core/fold/session.ts';
import { isQueueTheme } from '../../pipeline/3-queued-request.ts';
import { fullPolicy, policyOfTheme } from '../host/policy.ts';
import type { WorkOptions } from '../turn/work-events.ts';
import { type Fits, fitsOf } from './known-requests.ts';
import type { TurnKind } from './turn-kind.ts';

/** The themes that a worker works on. */
export interface WorkThemes {
  readonly wanted: ReadonlySet<string>;
  /** Whether it works on all request queues, those that are yet to come included. */
  readonly queues: boolean;
  /** Types of requests that it decides though they carry no changes; undefined of one that decides no requests. */
  readonly types: readonly string[] | undefined;
  /** Which requests of a queue it may decide; undefined when it may decide all of them. */
  fits(theme: string): Fits | undefined;
  /** Seconds: the shortest lease of its themes. */
  readonly lease: number;
}

/** Checks the options of a worker. Errors: USAGE; THEME_NOT_FOUND of a theme without an advisor. */
export function workThemes(app: LoadedApp, options: WorkOptions, kinds: readonly TurnKind[] = []): WorkThemes {
  checkInRange('concurrency', options.concurrency, ranges.concurrency);
  if (options.lease !== undefined) checkLease(options.lease);
  const themes = app.themes ?? {};
  const own = kinds.flatMap((kind) => kind.themes(app));
  const advised = [...Object.keys(themes).filter((name) => themes[name]?.advisor), ...own];
  for (const name of options.themes ?? []) {
    if (isQueueTheme(name) || advised.includes(name)) continue;
    throw new TxlogError('THEME_NOT_FOUND', `no advisor for the theme ${name}`, {
      hint: advised.length === 0 ? 'The app has no themes with advisors.' : `The app advises ${advised.join(', ')}.`,
    });
  }
  const wanted = new Set(options.themes ?? advised);
  const leases = [...wanted].map((name) => fullPolicy(policyOfTheme(app, name)).lease);
  const lease = leases.length === 0 ? fullPolicy().lease : Math.min(...leases);
  const queues = options.themes === undefined;
  const types = queues || [...wanted].some(isQueueTheme) ? Object.keys(app.requests ?? {}) : undefined;
  return { wanted, queues, types, fits: (theme) => fitsOf(app, theme), lease };
}

/** Whether a worker with these themes leads a session with such a first chunk of data. */
export function isLedBy({ wanted, queues, fits }: WorkThemes, theme: string, chunk: Chunk): boolean {
  if (!wanted.has(theme) && !(queues && isQueueTheme(theme))) return false;
  const isFitting = fits(theme);
  return isFitting === undefined || ('data' in chunk && isFitting(chunk.data));
}
