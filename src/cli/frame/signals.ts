/** The name and the exit code of a signal. */
export interface SignalInterrupt {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 130 or 143 once interrupted, undefined before. */
  exitCode(): 130 | 143 | undefined;
  /** Stops listening. */
  release(): void;
}

/** The exit code of a process that one of these ended. */
export const exitCodeOfSignal = { SIGINT: 130, SIGTERM: 143 } as const;

let heard = false;

/** Whether a command of this process was told to end: what can wait is left to whoever comes next. */
export function wasInterrupted(): boolean {
  return heard;
}

/** Tidies up before Ctrl-C or SIGTERM ends the process; returns how to stop listening. */
export function tidyUpWhenInterrupted(tidyUp: () => void): () => void {
  const end = (name: 'SIGINT' | 'SIGTERM') => {
    tidyUp();
    process.exit(exitCodeOfSignal[name]);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return () => void process.off('SIGINT', end).off('SIGTERM', end);
}

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, for a command that can end cleanly. The second one ends the process
 * at once.
 */
export function onInterrupt(): SignalInterrupt {
  const controller = new AbortController();
  let code: 130 | 143 | undefined;
  const hear = (name: 'SIGINT' | 'SIGTERM') => {
    if (code !== undefined) process.exit(code);
    code = exitCodeOfSignal[name];
    heard = true;
    controller.abort();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => void process.off('SIGINT', hear).off('SIGTERM', hear),
  };
}
