import type { Finding } from '../../shapes/finding.ts';

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
export const failedCheck = (check: string, text: string, ...next: readonly string[]): Finding => ({
  check,
  level: 'fail',
  text,
  next,
});
