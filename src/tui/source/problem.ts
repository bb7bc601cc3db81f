import type { Problem } from '../model/app-state.ts';

/** An error in words. */
export function toProblem(error: unknown): Problem {
  const {
    code = 'ERROR',
    message = String(error),
    details,
  } = error as {
    readonly code?: string;
    readonly message?: string;
    readonly details?: { readonly next?: readonly string[] };
  };
  return { code, message, next: details?.next ?? [] };
}
