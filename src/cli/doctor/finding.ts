/** One thing that was looked at. */
export interface Finding {
  /** Stable name of the check. */
  readonly check: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** Commands that mend it or tell more. */
  readonly next?: readonly string[];
}

/** All is well with `check`. */
export const fine = (check: string, text: string): Finding => ({ check, level: 'ok', text });

/** It works, but something is to be known. */
export const warning = (check: string, text: string, ...next: readonly string[]): Finding => ({
  check,
  level: 'warn',
  text,
  next,
});

/** It does not work, or data is at risk. */
export const failure = (check: string, text: string, ...next: readonly string[]): Finding => ({
  check,
  level: 'fail',
  text,
  next,
});
