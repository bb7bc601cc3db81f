import type { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** An error, or a bug, as it is reported. */
interface ReportedError extends Pick<TxlogError, 'message' | 'details'> {
  readonly code: string;
}

/** An error as JSON. `exit` is the exit code of a command that ends with it. */
export function toErrorJson(error: ReportedError, exit: number): JsonObject {
  const { code, message, details } = error;
  const { hint, next, line, column, path } = details;
  return {
    v: 1,
    error: {
      code,
      message,
      ...given({ hint, next }),
      exit,
      ...given({ line, column, path }),
    },
  };
}
