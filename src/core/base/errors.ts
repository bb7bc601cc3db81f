/**
 * Codes of environment failures and bad input. Each has one row in docs/errors.md (meaning, retry, next step,
 * exit code) and an exit code in src/cli/frame/exit-codes.ts; a test holds the three equal.
 */
export const errorCodes = [
  'APP_INVALID',
  'APP_NOT_FOUND',
  'BACKUP_EXISTS',
  'BACKUP_INVALID',
  'CHECKPOINT_CONFLICT',
  'EMERGENCY_STOP',
  'ENV_CLOSED',
  'ENV_EXISTS',
  'ENV_FOREIGN',
  'ENV_MOVED',
  'ENV_NEWER',
  'ENV_NOT_FOUND',
  'ENV_PERMISSION',
  'ENV_READ_ONLY',
  'FILTER_INVALID',
  'INPUT_EMPTY',
  'INPUT_NOT_FOUND',
  'INPUT_UNREADABLE',
  'JSON_DUPLICATE_KEY',
  'JSON_FORBIDDEN_KEY',
  'JSON_INEXACT_NUMBER',
  'JSON_INVALID',
  'JSON_TOO_DEEP',
  'JSON_UNPAIRED_SURROGATE',
  'KEY_INVALID',
  'KEY_NOT_FOUND',
  'MAPPING_FAILED',
  'OUTPUT_FAILED',
  'PAYLOAD_INVALID',
  'PLAN_INVALID',
  'PLAN_STALE',
  'POSITION_NOT_FOUND',
  'REQUEST_ID_CONFLICT',
  'REQUEST_INVALID',
  'REQUEST_TOO_LARGE',
  'SAGA_NOT_FOUND',
  'SAGA_STATE',
  'SERVICE_FAILED',
  'SERVICE_NOT_FOUND',
  'SESSION_ACTIVE',
  'SESSION_BUSY',
  'SESSION_CHANGED',
  'SESSION_FENCED',
  'SESSION_GONE',
  'STORAGE_CORRUPT',
  'STORAGE_FAILED',
  'STORAGE_FULL',
  'THEME_CONFLICT',
  'THEME_NOT_FOUND',
  'TRANSACTION_NOT_FOUND',
  'TYPE_RESERVED',
  'USAGE',
  'UTF8_INVALID',
  'VALUE_TOO_LARGE',
  'WAIT_TIMEOUT',
] as const;

/** One of the stable codes above. */
export type ErrorCode = (typeof errorCodes)[number];

/** Codes that the engine itself rejects with; an app adds its own. A rejection is a value, never thrown. */
export const rejectionCodes = [
  'ATOMIC_ABORTED',
  'COMPENSATION_BLOCKED',
  'DENIED',
  'EXPECTATION_FAILED',
  'HANDLER_FAILED',
  'KEY_OWNED',
  'KIND_MISMATCH',
  'NOT_COMPENSABLE',
  'NOT_OWNER',
  'NUMBER_INEXACT',
  'SAGA_COMPENSATED',
  'VALUE_MISMATCH',
  'VALUE_OVERSIZED',
] as const;

/** What an error carries besides its message. */
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
  readonly cause?: unknown;
}

/** An environment failure or bad input: a stable code, one line of text, and a next step. */
export class TxlogError extends Error {
  override readonly name = 'TxlogError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** The same error, placed at a line of the input. */
  at(line: number, column?: number): TxlogError {
    return new TxlogError(this.code, this.message, {
      ...this.details,
      line,
      ...(column === undefined ? {} : { column }),
    });
  }
}
