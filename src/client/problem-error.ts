import { type ErrorCode, isErrorCode } from '../core/base/error-codes.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { systemCode } from '../core/base/system-error.ts';
import { parseJson } from '../layout/json-text.ts';

/** Refused for now, or by a balancer that reached no frontend: the same again is safe, as ids make it. */
const temporary: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Codes of the system where there was no connection at all. */
const unreached: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES']);
/** Statuses are kept beside the errors that were made of them. */
const statusOf = new WeakMap<TxlogError, number>();

/** The status of the answer that an error was made of; of no answer, that nobody could answer. */
export function statusIn(error: TxlogError): number | undefined {
  return statusOf.get(error);
}

/** Whether the same call may have another outcome after a while. */
export function isTemporary(error: TxlogError): boolean {
  return temporary.has(statusIn(error) ?? 0) && error.code !== 'WAIT_TIMEOUT';
}

/** The error of a call to which no answer came, or half of one. */
export function noAnswer(cause: unknown): TxlogError {
  const isThere = !unreached.has(systemCode(cause));
  const error = new TxlogError('SERVICE_FAILED', `no answer of the frontend: ${(cause as Error).message}`, {
    cause,
    // An earlier try may have reached one.
    hint: isThere
      ? 'What became of the call is not known. The same request with the same id is safe.'
      : 'Is this its address, and does one run there (`txlog serve`)? The same request with the same id is safe.',
  });
  statusOf.set(error, 503);
  return error;
}

/** The error of a problem document; of anything else, that it is none of a frontend. */
export function statusError(status: number, body: string): TxlogError {
  return toProblemError(asProblem(body), status);
}

/** The error that a problem document tells. */
export function toProblemError(problem: JsonObject, status = Number(problem.status)): TxlogError {
  const { code, detail, hint, line, column, path } = problem;
  const known: ErrorCode = typeof code === 'string' && isErrorCode(code) ? code : 'SERVICE_FAILED';
  const message = typeof detail === 'string' ? detail : `the frontend answered ${status}`;
  const next = Array.isArray(problem.next) ? problem.next.map(String) : undefined;
  const error = new TxlogError(known, message, given({ hint, next, path, line, column }) as TxlogError['details']);
  statusOf.set(error, status);
  return error;
}

function asProblem(body: string): JsonObject {
  try {
    const problem = parseJson(body);
    return isJsonObject(problem) ? problem : {};
  } catch {
    // A page of a balancer: its status says it all.
    return {};
  }
}
