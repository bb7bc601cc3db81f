import type { ExitCode } from '../exit-codes.ts';

/** Watches for Ctrl-C and for being told to end. */
export interface Interrupt {
  /** The signal that came, if one did. */
  readonly signal: 'SIGINT' | 'SIGTERM' | undefined;
  /** Its exit code; 0 without one. */
  readonly exitCode: ExitCode;
  /** Stops watching. */
  release(): void;
}

/** The first signal calls `stop`, so that the work can end cleanly; a second one ends the process at once. */
export function onInterrupt(stop: () => void): Interrupt {
  let signal: Interrupt['signal'];
  const codeOf = (name: Interrupt['signal']) => (name === 'SIGTERM' ? 143 : 130);
  const heard = (name: 'SIGINT' | 'SIGTERM') => {
    if (signal !== undefined) process.exit(codeOf(name));
    signal = name;
    stop();
  };
  process.on('SIGINT', heard).on('SIGTERM', heard);
  return {
    get signal() {
      return signal;
    },
    get exitCode() {
      return signal === undefined ? 0 : codeOf(signal);
    },
    release() {
      process.off('SIGINT', heard).off('SIGTERM', heard);
    },
  };
}
