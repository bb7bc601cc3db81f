import { createInterface } from 'node:readline';
import { TxlogError } from '../../core/base/errors.ts';
import { say } from './stderr.ts';

/**
 * Refuses work that wants an answer where nobody can be asked, before any of it is done; `sure` (--yes) is the answer.
 *
 * Errors: USAGE.
 */
export function requireAnswer(question: string, sure: boolean): void {
  if (sure || canAsk()) return;
  throw new TxlogError('USAGE', `${question} There is no terminal to ask on: use --yes`);
}

/** From so many things on, a y is typed too easily: the number is asked for. */
const typedFrom = 100;

/**
 * Asks people whether to go on; `sure` (--yes) spares the question. Ctrl-C there ends the process as it does anywhere.
 *
 * Errors: USAGE where nobody can be asked.
 */
export async function confirm(question: string, sure: boolean): Promise<boolean> {
  requireAnswer(question, sure);
  return sure || isAgreed(await ask(`${question} [y/N] `));
}

/** As `confirm`, of work on so many things at once: from 100 on their number has to be typed. */
export async function confirmMany(question: string, count: number, sure: boolean): Promise<boolean> {
  if (sure || count < typedFrom) return confirm(question, sure);
  requireAnswer(question, sure);
  return isAgreed(await ask(`${question} Type ${count} to go on: `), count);
}

/** Whether an answer says yes: by the word, or by the number where that is asked for. */
export function isAgreed(answer: string, count?: number): boolean {
  const said = answer.trim();
  return count === undefined ? /^y(es)?$/i.test(said) : said.replaceAll(',', '') === String(count);
}

/** Asks for one line; empty when there is none. */
export async function ask(question: string): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    asking.question(question, resolve);
    // Ctrl-D is no answer.
    asking.once('close', () => resolve(''));
    asking.once('SIGINT', () => {
      say('\n');
      asking.close();
      process.kill(process.pid, 'SIGINT');
    });
  });
  asking.close();
  return answer.trim();
}

/** Whether there are people at a terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}
