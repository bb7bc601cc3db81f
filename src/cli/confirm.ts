import { createInterface } from 'node:readline/promises';
import { TxlogError } from '../core/errors.ts';

/**
 * Asks people whether to go on; `sure` (--yes) spares the question.
 *
 * Errors: USAGE where nobody can be asked.
 */
export async function confirm(question: string, sure: boolean): Promise<boolean> {
  if (sure) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new TxlogError('USAGE', `${question} There is no terminal to ask on: say --yes`);
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
