import type { Problem } from '../model/screen-problem.ts';

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

/** Whether an error says that an engine takes no more work: what comes next has to open the environment anew. */
export function isStopped(error: unknown): boolean {
  return (error as { readonly code?: string } | undefined)?.code === 'EMERGENCY_STOP';
}
