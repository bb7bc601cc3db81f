import { classOf, type ErrorClass, type ErrorCode } from '../../core/base/error-codes.ts';
import type { Receipt } from '../../core/log/receipt.ts';

const statusOfClass: Readonly<Record<ErrorClass, number>> = {
  usage: 400,
  input: 400,
  noInput: 503,
  absent: 404,
  conflict: 409,
  held: 409,
  config: 500,
  denied: 403,
  readOnly: 403,
  moved: 503,
  io: 500,
  service: 502,
  stopped: 503,
  limited: 503,
  closed: 503,
};

/** Codes for which HTTP has a status of its own. */
const ownStatus: Partial<Record<ErrorCode, number>> = {
  AUTH_INVALID: 401,
  AUTH_MISSING: 401,
  DUMP_TOO_LARGE: 413,
  ENV_PERMISSION: 503,
  HOST_REFUSED: 421,
  MEDIA_UNSUPPORTED: 415,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_INVALID: 422,
  RATE_LIMITED: 429,
  REQUEST_TOO_LARGE: 413,
  SESSION_GONE: 410,
  STORAGE_FAILED: 503,
  STORAGE_FULL: 507,
  TYPE_UNKNOWN: 422,
  UPLOAD_BUSY: 423,
  // The protocol's own. Source: tus 1.0, checksum.
  UPLOAD_DAMAGED: 460,
  UPLOAD_VERSION: 412,
  VALUE_TOO_LARGE: 413,
  WAIT_TIMEOUT: 504,
};

/** The status of an answer that is an error: that of its code, else that of its class. */
export function statusOfCode(code: ErrorCode): number {
  return ownStatus[code] ?? statusOfClass[classOf(code)];
}

/** Rejections that other requests stand in the way of, as they are now. */
const conflicts: ReadonlySet<string> = new Set([
  'ATOMIC_ABORTED',
  'COMPENSATION_BLOCKED',
  'EXPECTATION_FAILED',
  'KEY_OWNED',
  'KIND_MISMATCH',
  'NOT_COMPENSABLE',
  'NOT_OWNER',
  'SAGA_COMPENSATED',
]);

/** The status of a rejection by its code: what is not the engine's is the app's own. */
export function statusOfRejection(code: string): 403 | 409 | 422 {
  if (code === 'DENIED') return 403;
  return conflicts.has(code) ? 409 : 422;
}

/** The status of a receipt. */
export function statusOfReceipt({ outcome, rejection }: Receipt): 200 | 403 | 409 | 422 {
  return outcome === 'committed' ? 200 : statusOfRejection(rejection?.code ?? '');
}
