import type { Intervened, SagaCommand } from '../../index.ts';
import { printable } from '../../text/printable.ts';
import { standingText } from './session-text.ts';

/** The effect of a command on sagas, in words for people. */
export function howText(word: SagaCommand): string {
  if (word.kind === 'force') return ` to be ${word.outcome}`;
  return word.kind === 'skip' && word.step !== undefined ? ` at step ${printable(word.step)}` : '';
}

/** The result for one saga, for people, in one line. */
export function formatIntervened(result: Exclude<Intervened, { readonly error: unknown }>, word: SagaCommand): string {
  const name = printable(result.id);
  if ('planned' in result) return `would ${word.kind} ${name}${result.phase === undefined ? '' : ` (${result.phase})`}`;
  if ('done' in result) return `${word.kind} ${name} at position ${result.done} (done already)`;
  const { session, position, duplicate, now } = result.result;
  const by = session === result.id ? '' : `, by saga ${printable(session)}`;
  return `${word.kind} ${name} at position ${position}${duplicate ? ' (done already)' : ''}${by}: ${standingText(now)}`;
}
