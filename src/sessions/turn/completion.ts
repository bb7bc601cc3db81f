import type { Completion } from '../../core/log/operation.ts';
import { readAddress, responsesOf } from '../host/address.ts';
import type { Led } from './led-session.ts';

/**
 * The end of a session with the request that it brought; the receipt goes to `respond`, a queue of this environment or
 * `QUEUE@SERVICE`. Errors: REQUEST_INVALID of an address.
 */
export function completion({ session, epoch }: Pick<Led, 'session' | 'epoch'>, respond?: string): Completion {
  if (respond !== undefined) readAddress(respond);
  return {
    session,
    epoch,
    operations: (outcome) => [{ op: 'remove', session, epoch }, ...responsesOf(outcome, respond)],
  };
}
