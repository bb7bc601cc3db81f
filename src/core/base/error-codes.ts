/** The class of a failure. The exit code follows from it (src/cli/frame/exit-codes.ts). */
export type ErrorClass =
  | 'usage'
  | 'input'
  | 'noInput'
  | 'absent'
  | 'conflict'
  | 'held'
  | 'config'
  | 'denied'
  | 'readOnly'
  | 'moved'
  | 'io'
  | 'service'
  | 'stopped'
  | 'limited'
  | 'closed';

/** The party that can mend a failure: the caller; the engine, its storage or its machine; or another service. */
export type ErrorOwner = 'caller' | 'engine' | 'service';

/** Whether the same call can succeed later, though nothing is changed. `same id`: the first outcome may be unknown. */
export type ErrorRetry = 'no' | 'yes' | 'later' | 'same id';

type ErrorKind = readonly [errorClass: ErrorClass, owner: ErrorOwner, retry: ErrorRetry];

// The one table of codes. Each has a row in docs/errors.md (meaning, retry, next step, exit code); a test compares them.
const kinds = {
  APP_INVALID: ['config', 'caller', 'no'],
  APP_NOT_FOUND: ['config', 'caller', 'no'],
  APP_UNTRUSTED: ['denied', 'caller', 'no'],
  ATTACHMENT_CONFLICT: ['conflict', 'caller', 'no'],
  ATTACHMENT_INVALID: ['input', 'caller', 'no'],
  ATTACHMENT_NOT_FOUND: ['absent', 'caller', 'no'],
  AUTH_INVALID: ['denied', 'caller', 'no'],
  AUTH_MISSING: ['denied', 'caller', 'no'],
  BACKUP_EXISTS: ['conflict', 'caller', 'no'],
  BACKUP_INVALID: ['input', 'caller', 'no'],
  CHECKPOINT_CONFLICT: ['conflict', 'caller', 'no'],
  CODEC_UNAVAILABLE: ['config', 'caller', 'no'],
  CODE_NOT_LOADED: ['stopped', 'engine', 'no'],
  CONTEXT_EXISTS: ['conflict', 'caller', 'no'],
  CONTEXT_INVALID: ['config', 'caller', 'no'],
  CONTEXT_NOT_FOUND: ['absent', 'caller', 'no'],
  CONTEXT_PROTECTED: ['denied', 'caller', 'no'],
  DUMP_DAMAGED: ['input', 'caller', 'no'],
  DUMP_INCOMPLETE: ['input', 'caller', 'no'],
  DUMP_INVALID: ['input', 'caller', 'no'],
  DUMP_NEWER: ['config', 'caller', 'no'],
  DUMP_TOO_LARGE: ['input', 'caller', 'no'],
  DUMP_UNTRUSTED: ['denied', 'caller', 'no'],
  EMERGENCY_STOP: ['stopped', 'engine', 'same id'],
  ENV_CLOSED: ['closed', 'engine', 'no'],
  ENV_EXISTS: ['conflict', 'engine', 'no'],
  ENV_FOREIGN: ['config', 'engine', 'no'],
  ENV_MIRROR: ['readOnly', 'engine', 'no'],
  ENV_MOVED: ['moved', 'engine', 'yes'],
  ENV_NEWER: ['config', 'engine', 'no'],
  ENV_NOT_FOUND: ['noInput', 'engine', 'no'],
  ENV_NOT_MIRROR: ['conflict', 'caller', 'no'],
  ENV_PERMISSION: ['denied', 'engine', 'no'],
  ENV_PID_TAKEN: ['limited', 'engine', 'later'],
  ENV_READ_ONLY: ['readOnly', 'engine', 'no'],
  FILTER_INVALID: ['usage', 'caller', 'no'],
  HOST_REFUSED: ['denied', 'caller', 'no'],
  HTTP_INVALID: ['input', 'caller', 'no'],
  ID_AMBIGUOUS: ['conflict', 'caller', 'no'],
  INPUT_EMPTY: ['noInput', 'caller', 'no'],
  INPUT_NOT_FOUND: ['noInput', 'caller', 'no'],
  INPUT_UNREADABLE: ['noInput', 'caller', 'no'],
  JSON_DUPLICATE_KEY: ['input', 'caller', 'no'],
  JSON_FORBIDDEN_KEY: ['input', 'caller', 'no'],
  JSON_INEXACT_NUMBER: ['input', 'caller', 'no'],
  JSON_INVALID: ['input', 'caller', 'no'],
  JSON_TOO_DEEP: ['input', 'caller', 'no'],
  JSON_UNPAIRED_SURROGATE: ['input', 'caller', 'no'],
  KEY_INVALID: ['input', 'caller', 'no'],
  KEY_NOT_FOUND: ['absent', 'caller', 'no'],
  LISTEN_FAILED: ['io', 'engine', 'no'],
  MAPPING_FAILED: ['input', 'caller', 'no'],
  MASK_FAILED: ['input', 'caller', 'no'],
  MEDIA_UNSUPPORTED: ['input', 'caller', 'no'],
  METHOD_NOT_ALLOWED: ['usage', 'caller', 'no'],
  OUTPUT_FAILED: ['io', 'caller', 'no'],
  OVERLOADED: ['limited', 'engine', 'later'],
  PARAMETERS_INVALID: ['input', 'caller', 'no'],
  PAYLOAD_INVALID: ['input', 'caller', 'no'],
  PLAN_INVALID: ['input', 'caller', 'no'],
  PLAN_STALE: ['conflict', 'caller', 'no'],
  POSITION_NOT_FOUND: ['absent', 'caller', 'no'],
  RATE_LIMITED: ['limited', 'caller', 'later'],
  READ_ONLY: ['denied', 'caller', 'no'],
  REQUEST_ID_CONFLICT: ['conflict', 'caller', 'no'],
  REQUEST_INVALID: ['input', 'caller', 'no'],
  REQUEST_TOO_LARGE: ['input', 'caller', 'no'],
  ROUTE_NOT_FOUND: ['absent', 'caller', 'no'],
  SAGA_NOT_FOUND: ['absent', 'caller', 'no'],
  SAGA_STATE: ['conflict', 'caller', 'no'],
  SERVICE_FAILED: ['service', 'service', 'yes'],
  SERVICE_NOT_FOUND: ['config', 'caller', 'no'],
  SESSION_ACTIVE: ['held', 'caller', 'later'],
  SESSION_BUSY: ['held', 'caller', 'later'],
  SESSION_CHANGED: ['conflict', 'caller', 'later'],
  SESSION_EXISTS: ['conflict', 'caller', 'no'],
  SESSION_FENCED: ['conflict', 'caller', 'no'],
  SESSION_GONE: ['absent', 'caller', 'no'],
  STORAGE_CORRUPT: ['io', 'engine', 'no'],
  STORAGE_FAILED: ['io', 'engine', 'same id'],
  STORAGE_FULL: ['io', 'engine', 'yes'],
  SYNC_FORK: ['conflict', 'caller', 'no'],
  SYNC_GAP: ['conflict', 'caller', 'no'],
  SYNC_PARTIAL: ['conflict', 'caller', 'no'],
  SYSTEM_LIMIT: ['limited', 'engine', 'later'],
  THEME_CONFLICT: ['config', 'caller', 'no'],
  THEME_NOT_FOUND: ['absent', 'caller', 'no'],
  TRANSACTION_NOT_FOUND: ['absent', 'caller', 'no'],
  TYPE_RESERVED: ['input', 'caller', 'no'],
  TYPE_UNKNOWN: ['config', 'caller', 'no'],
  UPLOAD_BUSY: ['held', 'caller', 'later'],
  UPLOAD_DAMAGED: ['input', 'caller', 'yes'],
  UPLOAD_NOT_FOUND: ['absent', 'caller', 'no'],
  UPLOAD_VERSION: ['input', 'caller', 'no'],
  USAGE: ['usage', 'caller', 'no'],
  UTF8_INVALID: ['input', 'caller', 'no'],
  VALUE_TOO_LARGE: ['input', 'caller', 'no'],
  VIEW_FAILED: ['config', 'caller', 'no'],
  VIEW_NOT_FOUND: ['absent', 'caller', 'no'],
  WAIT_TIMEOUT: ['held', 'caller', 'yes'],
} as const satisfies Record<string, ErrorKind>;

/** A stable code of an environment failure or of bad input. */
export type ErrorCode = keyof typeof kinds;

/** All codes, in the order of docs/errors.md. */
export const errorCodes = Object.keys(kinds) as readonly ErrorCode[];

/** Whether a text is one of the codes: rejections of apps have codes of their own. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(kinds, code);
}

/** Returns the class of a failure with this code. */
export function classOf(code: ErrorCode): ErrorClass {
  return kinds[code][0];
}

/** Returns who can mend a failure with this code. */
export function errorOwnerOf(code: ErrorCode): ErrorOwner {
  return kinds[code][1];
}

/** Whether the same call can succeed later. */
export function retryOf(code: ErrorCode): ErrorRetry {
  return kinds[code][2];
}

/** Whether a code says that this engine will never take work again. */
export function isFinalCode(code: ErrorCode): boolean {
  const errorClass = classOf(code);
  return errorClass === 'stopped' || errorClass === 'closed' || errorClass === 'readOnly';
}
