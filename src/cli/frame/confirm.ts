import { createInterface } from 'node:readline';
import { TxlogError } from '../../core/base/errors.ts';
import { say } from './stderr.ts';

/**
 * Refuses work that wants an answer where nobody can be asked, before any of it is done; `sure` (--yes) is the answer.
 *
 * Errors: USAGE.
 */
export function requireAnswer(question: string, sure: boolean): void {
  if (sure || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new TxlogError('USAGE', `${question} There is no terminal to ask on: say --yes`);
}

/**
 * Asks people whether to go on; `sure` (--yes) spares the question. Ctrl-C there ends the process as it does anywhere.
 *
 * Errors: USAGE where nobody can be asked.
 */
export async function confirm(question: string, sure: boolean): Promise<boolean> {
  requireAnswer(question, sure);
  if (sure) return true;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    asking.question(`${question} [y/N] `, resolve);
    // Ctrl-D is no answer.
    asking.once('close', () => resolve(''));
    asking.once('SIGINT', () => {
      say('\n');
      asking.close();
      process.kill(process.pid, 'SIGINT');
    });
  });
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}
