import type { StepOutcome } from '../core/app/saga-definition.ts';
import { TxlogError } from '../core/base/errors.ts';
import { findJsonProblem, isSurelyWithin, type JsonValue, utf8Length } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { parseJson } from '../layout/json-text.ts';

/** How an attempt failed: for good or not, and whether it may have happened. */
export type Verdict = Omit<Extract<StepOutcome, { ok: false }>, 'ok' | 'error'>;

/** No other attempt will mend it, and nothing happened. */
export const refused: Verdict = { permanent: true, happened: 'no' };
/** No other attempt will mend it, but it may have happened. */
export const permanentUnknown: Verdict = { permanent: true, happened: 'maybe' };
/** Nothing happened, and the next attempt may do better. */
export const unsent: Verdict = { permanent: false, happened: 'no' };
/** Nobody knows whether it happened. */
export const unknown: Verdict = { permanent: false, happened: 'maybe' };

/** A failure. Its text is cut at 500 UTF-16 units, never within a character. */
export function failed(error: string, verdict: Verdict): StepOutcome {
  const text =
    error.length <= limits.keptErrorUnitsMax ? error : `${withoutHalf(error.slice(0, limits.keptErrorUnitsMax - 1))}…`;
  return { ok: false, error: text.toWellFormed(), ...verdict };
}

/** A result that a log can keep; of any other value, a permanent failure of something that may have happened. */
export function done(what: string, result: JsonValue): StepOutcome {
  const problem = findJsonProblem(result, '');
  if (problem)
    return failed(`${what}: the result is no JSON: ${atPath(problem.path)}${problem.reason}`, permanentUnknown);
  const max = limits.valueBytesMax;
  if (!isSurelyWithin(result, max) && utf8Length(JSON.stringify(result)) > max) return tooLarge(what);
  return { ok: true, result };
}

/** The failure of a step whose result is over `limits.valueBytesMax`. */
export function tooLarge(what: string): StepOutcome {
  return failed(`${what}: the result is over the limit of ${limits.valueBytesMax} bytes`, permanentUnknown);
}

/** The value of a JSON text, or the text itself when JSON could not hold it exactly: nothing is lost. Null if empty. */
export function jsonOrText(text: string): JsonValue {
  if (text === '') return null;
  const value = jsonOf(text);
  return value === undefined ? text : value;
}

/** Whether a text is JSON, also such as cannot be held exactly; an empty one stands for no value. */
export function isJsonText(text: string): boolean {
  try {
    if (text !== '') parseJson(text);
    return true;
  } catch (error) {
    return !(error instanceof TxlogError) || error.code !== 'JSON_INVALID';
  }
}

/** The value of a JSON text. Undefined of any text that `parseJson` refuses. */
export function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The text of anything that was thrown. */
export function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  } catch {
    return 'something that cannot be shown was thrown';
  }
}

/**
 * What `attempt` comes to, or that the signal aborted, whichever is first. Without an attempt when it aborted before.
 * Rejects as `attempt` does.
 */
export function unlessAborted(signal: AbortSignal, attempt: () => Promise<StepOutcome>): Promise<StepOutcome> {
  if (signal.aborted) return Promise.resolve(failed(textOf(signal.reason), unsent));
  return new Promise((resolve, reject) => {
    const stop = () => resolve(failed(textOf(signal.reason), unknown));
    signal.addEventListener('abort', stop, { once: true });
    const release = () => signal.removeEventListener('abort', stop);
    attempt().then(resolve, reject).finally(release);
  });
}

function atPath(path: string): string {
  return path === '' ? '' : `${path}: `;
}

function withoutHalf(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}
