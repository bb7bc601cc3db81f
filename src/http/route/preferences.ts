import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { parseDuration } from '../../text/duration.ts';

/** How a client wants to be answered. */
export interface Preferences {
  /** At once, when the request is queued. */
  readonly isAsync: boolean;
  /** How long it waits for the outcome, in ms. */
  readonly waitMs: number;
  /** Takes nothing of a stream behind the first line that is no request. */
  readonly isStrict?: boolean;
}

/**
 * Reads `Prefer: respond-async` and `Prefer: wait=SECONDS`, and the parameter `wait`, which comes first. A preference that
 * is not known is passed over.
 *
 * Errors: USAGE of a parameter that is no time, or is too long. Source: RFC 7240.
 */
export function readPreferences(header: string | undefined, wait: string | undefined): Preferences {
  const preferred = (header ?? '').split(',').map((one) => one.split(';')[0]?.trim().toLowerCase() ?? '');
  const seconds = preferred.map((one) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(one)?.[1]).find((one) => one !== undefined);
  const waitMs =
    wait === undefined
      ? Math.min(limits.httpWaitMsMax, seconds === undefined ? limits.httpWaitMs : Number(seconds) * 1_000)
      : readWait(wait);
  const isAsync = preferred.includes('respond-async') && wait === undefined && seconds === undefined;
  return { isAsync, waitMs, ...(preferred.includes('handling=strict') && { isStrict: true }) };
}

/** A time to wait, in ms. Errors: USAGE. */
export function readWait(text: string): number {
  const ms = parseDuration('wait', text);
  if (ms <= limits.httpWaitMsMax) return ms;
  throw new TxlogError('USAGE', `wait: ${text} is over the limit of ${limits.httpWaitMsMax / 1_000} s`);
}
