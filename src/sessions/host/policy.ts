import type { App } from '../../core/app/app.ts';
import { type ProcessDefinition, processOfTheme } from '../../core/app/process-definition.ts';
import { sagaOfTheme } from '../../core/app/saga.ts';
import { type ThemePolicy, themeDefaults } from '../../core/app/theme.ts';
import { pauseAfter } from '../../core/base/back-off.ts';
import { given } from '../../core/base/given.ts';

/** The app's definition of a theme. */
export function policyOfTheme({ themes, sagas, processes }: App, theme: string): ThemePolicy {
  const process = processOfTheme(theme);
  if (process !== undefined) return { ...policyOfProcess(processes?.[process]), ...themes?.[theme] };
  const type = sagaOfTheme(theme);
  const { lease, concurrency } = (type === undefined ? undefined : sagas?.[type]) ?? {};
  const saga = given({ lease, concurrency });
  return { ...saga, ...themes?.[theme] };
}

function policyOfProcess({ lease, backoff, attempts }: Partial<ProcessDefinition> = {}): ThemePolicy {
  return given({ lease, backoff, attempts });
}

/** A policy without gaps. Times in seconds. */
export interface FullPolicy {
  readonly lease: number;
  readonly timeout: number;
  readonly backoff: { readonly first: number; readonly factor: number; readonly max: number };
  readonly attempts: number;
  /** Undefined where only the worker's own bound counts. */
  readonly concurrency: number | undefined;
}

/** The policy of a theme, with defaults for what it leaves out. */
export function fullPolicy(policy: ThemePolicy = {}): FullPolicy {
  const { lease, timeout, backoff, attempts, concurrency } = policy;
  return {
    lease: lease ?? themeDefaults.lease,
    timeout: timeout ?? themeDefaults.timeout,
    backoff: { ...themeDefaults.backoff, ...backoff },
    attempts: attempts ?? themeDefaults.attempts,
    concurrency,
  };
}

/**
 * Seconds until a session is led again whose turn failed, `attempts` times now. `chance` from 0 to 1 spreads by a half
 * what failed at once, so that it does not come back at once.
 */
export function backoffSeconds({ backoff }: FullPolicy, attempts: number, chance: number): number {
  return Math.round(pauseAfter(backoff, attempts, chance) * 1000) / 1000;
}
