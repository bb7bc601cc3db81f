/** What a signal that was heard says. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 130 or 143 once interrupted, undefined before. */
  exitCode(): 130 | 143 | undefined;
  /** Stops listening. */
  release(): void;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, for a command that can end cleanly. The second one ends the process
 * at once.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let code: 130 | 143 | undefined;
  const hear = (name: 'SIGINT' | 'SIGTERM') => {
    if (code !== undefined) process.exit(code);
    code = codes[name];
    controller.abort();
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => void process.off('SIGINT', hear).off('SIGTERM', hear),
  };
}
