import type { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** An error, or a bug, that is the answer to a request over HTTP. */
interface TitledError extends Pick<TxlogError, 'message' | 'details'> {
  readonly code: string;
  /** The status, and what it is called. */
  readonly status: number;
  readonly title: string;
}

/** An error as a problem document. Source: RFC 9457. */
export function toProblemJson({ code, status, title, message, details }: TitledError): JsonObject {
  const { hint, next, line, column, path } = details;
  return {
    type: `urn:txlog:error:${code}`,
    title,
    status,
    detail: message,
    code,
    ...given({ hint, next, line, column, path }),
  };
}
