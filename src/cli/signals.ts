/** What a signal that was heard says about the exit code. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 or 143 once interrupted, undefined before. */
  exitCode(): 130 | 143 | undefined;
}

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, for a command that can end cleanly. The second one ends the process
 * as it would without this.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  let code: 130 | 143 | undefined;
  const hear = (heard: 130 | 143) => () => {
    code ??= heard;
    controller.abort();
  };
  process.once('SIGINT', hear(130));
  process.once('SIGTERM', hear(143));
  return { signal: controller.signal, exitCode: () => code };
}
