import type { Session } from '../../index.ts';
import type { Action, Verb } from '../model/action.ts';

/** The actions on a session, by how it stands. */
export function sessionActions({ id, status }: Pick<Session, 'status'> & { readonly id: string }): readonly Action[] {
  const verbs: readonly Verb[] =
    status === 'active'
      ? ['retry', 'take over']
      : status === 'parked'
        ? ['unpark', 'store', 'remove']
        : status === 'stored'
          ? ['retry', 'store', 'park', 'remove']
          : ['store', 'park', 'remove'];
  return verbs.map((verb) => ({ verb, ids: [id] }));
}

/** The actions on a saga. */
export function sagaActions(id: string): readonly Action[] {
  const verbs: readonly Verb[] = ['retry saga', 'skip step', 'compensate', 'force done', 'force compensated'];
  return verbs.map((verb) => ({ verb, ids: [id] }));
}
