import { TxlogError } from '../../core/base/errors.ts';
import { findKeyProblem } from '../../core/base/key.ts';

/** The key that a command line names. Errors: KEY_INVALID. */
export function checkKey(key: string): string {
  const problem = findKeyProblem(key);
  if (problem === undefined) return key;
  throw new TxlogError('KEY_INVALID', `key ${JSON.stringify(key.slice(0, 60))} ${problem}`, {
    next: ['txlog state list'],
  });
}

/** Says that a key has no state, and where to look. */
export function keyNotFound(key: string, asOf?: string): TxlogError {
  const when = asOf === undefined ? 'now' : `as of ${asOf}`;
  return new TxlogError('KEY_NOT_FOUND', `key ${key} has neither a value nor an owner ${when}`, {
    next: [`txlog inspect --key '${key}'`, 'txlog state list'],
  });
}
