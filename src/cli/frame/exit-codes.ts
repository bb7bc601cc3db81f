import type { ErrorCode } from '../../core/base/errors.ts';

/**
 * What an exit code says, the same for every command. Scripts rely on it: none ever changes its meaning.
 *
 * Source: docs/errors.md.
 */
export const exitMeanings = {
  0: 'done',
  1: 'negative answer: rejected, differs, unhealthy',
  2: 'wrong command line',
  3: 'not found',
  4: 'conflict',
  5: 'lease held, or timed out',
  6: 'done in part (--keep-going)',
  65: 'bad data',
  66: 'no input',
  69: 'unavailable: the engine stopped itself',
  70: 'a bug in txlog',
  74: 'input or output failed',
  75: 'try again later',
  77: 'no permission, or read-only',
  78: 'wrong configuration',
  130: 'interrupted (Ctrl-C)',
  143: 'terminated',
} as const;

/** One of the codes above. */
export type ExitCode = keyof typeof exitMeanings;

/** The exit code of each error code; the compiler holds it complete. */
export const exitCodes: Readonly<Record<ErrorCode, ExitCode>> = {
  APP_INVALID: 78,
  APP_NOT_FOUND: 78,
  BACKUP_EXISTS: 4,
  BACKUP_INVALID: 65,
  CHECKPOINT_CONFLICT: 4,
  EMERGENCY_STOP: 69,
  ENV_CLOSED: 70,
  ENV_EXISTS: 4,
  ENV_FOREIGN: 78,
  ENV_MOVED: 75,
  ENV_NEWER: 78,
  ENV_NOT_FOUND: 66,
  ENV_PERMISSION: 77,
  ENV_READ_ONLY: 77,
  FILTER_INVALID: 2,
  INPUT_EMPTY: 66,
  INPUT_NOT_FOUND: 66,
  INPUT_UNREADABLE: 66,
  JSON_DUPLICATE_KEY: 65,
  JSON_FORBIDDEN_KEY: 65,
  JSON_INEXACT_NUMBER: 65,
  JSON_INVALID: 65,
  JSON_TOO_DEEP: 65,
  JSON_UNPAIRED_SURROGATE: 65,
  KEY_INVALID: 65,
  KEY_NOT_FOUND: 3,
  MAPPING_FAILED: 65,
  OUTPUT_FAILED: 74,
  PAYLOAD_INVALID: 65,
  PLAN_INVALID: 65,
  PLAN_STALE: 4,
  POSITION_NOT_FOUND: 3,
  REQUEST_ID_CONFLICT: 4,
  REQUEST_INVALID: 65,
  REQUEST_TOO_LARGE: 65,
  SAGA_NOT_FOUND: 3,
  SAGA_STATE: 4,
  SERVICE_FAILED: 69,
  SERVICE_NOT_FOUND: 78,
  SESSION_ACTIVE: 5,
  SESSION_BUSY: 5,
  SESSION_CHANGED: 4,
  SESSION_FENCED: 4,
  SESSION_GONE: 3,
  STORAGE_CORRUPT: 74,
  STORAGE_FAILED: 74,
  STORAGE_FULL: 74,
  THEME_CONFLICT: 78,
  THEME_NOT_FOUND: 3,
  TRANSACTION_NOT_FOUND: 3,
  TYPE_RESERVED: 65,
  USAGE: 2,
  UTF8_INVALID: 65,
  VALUE_TOO_LARGE: 65,
  WAIT_TIMEOUT: 5,
};

/** A command's description with the exit codes that it can give besides 2, 70 and 74, for its help. */
export function withExitCodes(description: string, codes: readonly ExitCode[]): string {
  const lines = codes.map((code) => `${String(code).padEnd(4)} ${exitMeanings[code]}`);
  return `${description}\n\nExit codes:\n${lines.join('\n')}`;
}
