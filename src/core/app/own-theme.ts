import { TxlogError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { checkName } from '../log/session-input.ts';
import { sagaOfTheme } from './saga.ts';

/** Why a caller may put nothing into the queue of a theme, or undefined: what lies in the queue of a saga's type is a saga. */
export function findReservedTheme(name: string, theme: string): TxlogError | undefined {
  if (sagaOfTheme(theme) === undefined) return undefined;
  return new TxlogError('TYPE_RESERVED', `${name} ${theme}: only sagas are in the queue of a type of sagas`, {
    path: name,
    next: ['txlog saga start --help'],
  });
}

/** Checks the name of a queue that a caller puts something into. Errors: as `checkName`; TYPE_RESERVED of a queue of sagas. */
export function checkOwnTheme(name: string, theme: string, bytesMax: number = limits.typeBytesMax): string {
  checkName(name, theme, bytesMax);
  const problem = findReservedTheme(name, theme);
  if (problem) throw problem;
  return theme;
}
