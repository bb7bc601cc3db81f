import type { ErrorCode } from './error-codes.ts';
import { given, ifGiven } from './given.ts';
import { limits } from './limits.ts';
import { shortened } from './shortened.ts';

/** Codes that the engine itself rejects with; an app adds its own. A rejection is a value, never thrown. */
export const rejectionCodes = [
  'ATTACHMENT_MISSING',
  'ATOMIC_ABORTED',
  'COMPENSATION_BLOCKED',
  'DENIED',
  'EXPECTATION_FAILED',
  'HANDLER_FAILED',
  'JSON_FORBIDDEN_KEY',
  'JSON_TOO_DEEP',
  'JSON_UNPAIRED_SURROGATE',
  'KEY_INVALID',
  'KEY_OWNED',
  'KIND_MISMATCH',
  'NOT_COMPENSABLE',
  'NOT_OWNER',
  'NUMBER_INEXACT',
  'SAGA_COMPENSATED',
  'VALUE_MISMATCH',
  'VALUE_OVERSIZED',
] as const;

/** The parts of an error besides its message. */
export interface ErrorDetails {
  /** Why it probably happened, in one sentence. */
  readonly hint?: string;
  /** Commands to run next. */
  readonly next?: readonly string[];
  /** Place in the input, counted from 1. */
  readonly line?: number;
  readonly column?: number;
  /** Where inside the request, such as `changes[2].key`. */
  readonly path?: string;
  /** The text that `column` is a place of: faces show the part around it. */
  readonly source?: string;
  /** A word that is not known where these are. */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] };
  readonly cause?: unknown;
}

/** Shortens a user's text that is shown again. A part of a command that is too long to be shown is none. */
function withinBounds(details: ErrorDetails): ErrorDetails {
  const { hint = '', next = [] } = details;
  const fits = (text: string) => text.length <= limits.errorUnitsMax;
  if (fits(hint) && next.every(fits)) return details;
  return {
    ...details,
    ...given({
      hint: ifGiven(details.hint, (text) => shortened(text, limits.errorUnitsMax)),
      next: ifGiven(details.next, (commands) => commands.filter(fits)),
    }),
  };
}

/**
 * An environment failure or bad input: a stable code, one line of text, and a next step. Texts are shortened to
 * `limits.errorUnitsMax`.
 */
export class TxlogError extends Error {
  override readonly name = 'TxlogError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(shortened(message, limits.errorUnitsMax), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = withinBounds(details);
  }

  /** The same error, with the text that its column is a place of. */
  in(source: string): TxlogError {
    return new TxlogError(this.code, this.message, { ...this.details, source });
  }

  /** The same error, placed at a line of the input. */
  at(line: number, column?: number): TxlogError {
    return new TxlogError(this.code, this.message, {
      ...this.details,
      line,
      ...given({ column }),
    });
  }
}

/** Code that could not be loaded, because of what the machine lacks or what became of the files. */
export function codeNotLoaded(what: string, cause: Error): TxlogError {
  return new TxlogError('CODE_NOT_LOADED', `${what} could not be loaded: ${cause.message}`, {
    cause,
    hint: 'The machine was short of something for a moment, or the files were replaced. Start the process again.',
    next: ['ulimit -n', 'txlog doctor'],
  });
}

/** Refuses a promise from users' code that is synchronous. Errors: an Error; what becomes of the promise harms nobody. */
export function refusePromise<T>(returned: T, name: string): asserts returned is Exclude<T, Promise<unknown>> {
  if (typeof (returned as { then?: unknown } | null | undefined)?.then !== 'function') return;
  // Whatever becomes of it is told here and now; later, no one would be there to hear that it failed.
  Promise.resolve(returned).catch(() => undefined);
  throw new Error(`${name} returned a promise; it is synchronous`);
}
