import { TxlogError } from '../../core/base/errors.ts';
import { shellWord } from '../../core/base/shell-word.ts';

/** There is no such saga. */
export function unknownSaga(id: string): never {
  throw new TxlogError('SAGA_NOT_FOUND', `there is no saga ${id}`, {
    next: ['txlog saga list', `txlog session show ${shellWord(id)}`],
  });
}
