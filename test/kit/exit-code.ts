import { constants } from 'node:os';

/**
 * How a process ended, as a shell says it: a signal is 128 and its number. A command that gets SIGTERM before it listens
 * is ended by the signal itself, and one that listens ends with the same code: both are right.
 */
export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
