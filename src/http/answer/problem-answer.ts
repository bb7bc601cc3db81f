import { STATUS_CODES } from 'node:http';
import { retryOf } from '../../core/base/error-codes.ts';
import { type ErrorDetails, TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { toProblemJson } from '../../shapes/problem.ts';
import { statusOfCode } from './statuses.ts';

/** The media type of a problem document. */
export const problemType = 'application/problem+json';

/** An answer that is an error. */
export interface ProblemAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** Seconds after which the same may be asked again, of what only time mends. */
  readonly retryAfter?: number;
  /** Set of a bug of ours. */
  readonly isBug: boolean;
}

const retrySeconds = 1;
/** Commands that work on a frontend too. */
const ofFrontends = /^txlog (?!.*--env)(?:get|inspect|log|state (?:get|list|history)|status|submit|wait)\b/;

/**
 * Turns whatever was thrown into an answer. Our own errors tell what to do; of a bug, the answer tells nothing that could be
 * of use to an attacker: the log has it.
 */
export function problemOf(error: unknown): ProblemAnswer {
  const known = asTxlogError(error);
  if (!known) {
    const details: ErrorDetails = { hint: 'This is a bug in txlog. What was acknowledged is safe.' };
    return { ...describe('BUG', 500, { message: 'the frontend failed', details }), isBug: true };
  }
  const status = statusOfCode(known.code);
  const isTemporary = status === 429 || status === 503;
  const retryAfter = isTemporary && retryOf(known.code) !== 'no' ? retrySeconds : undefined;
  return { ...describe(known.code, status, known), ...given({ retryAfter }), isBug: false };
}

/** An error at the level of HTTP, whose status says more than its code. */
export function httpProblem(status: number, message: string): ProblemAnswer {
  return { ...describe('HTTP_INVALID', status, { message, details: {} }), isBug: false };
}

function describe(code: string, status: number, { message, details }: Pick<TxlogError, 'message' | 'details'>) {
  const title = STATUS_CODES[status] ?? 'Error';
  // Commands that come next are for a shell; those that are for one beside the environment tell clients where it lies.
  const next = details.next?.filter((command) => ofFrontends.test(command));
  const told = { ...details, next: next?.length ? next : undefined };
  return { status, body: toProblemJson({ code, status, title, message, details: given(told) }) };
}

/** Errors of the server's own library, by what they mean. */
function asTxlogError(error: unknown): TxlogError | undefined {
  if (error instanceof TxlogError) return error;
  const { statusCode, validation, message = '' } = (error ?? {}) as FastifyFailure;
  if (validation) return new TxlogError('USAGE', message);
  if (statusCode === 413) return new TxlogError('REQUEST_TOO_LARGE', 'the body is over the limit');
  if (statusCode === 415) return new TxlogError('MEDIA_UNSUPPORTED', message);
  return statusCode !== undefined && statusCode < 500 ? new TxlogError('HTTP_INVALID', message) : undefined;
}

interface FastifyFailure {
  readonly statusCode?: number;
  readonly validation?: unknown;
  readonly message?: string;
}
