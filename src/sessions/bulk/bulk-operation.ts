import { given } from '../../core/base/given.ts';
import { reject } from '../../core/fold/rejection.ts';
import { isSuspended, refuseSuspended, type Session } from '../../core/fold/session.ts';
import type { Operation } from '../../core/log/operation.ts';
import { refusedError } from '../../core/log/refused-operation.ts';
import { checkBy } from '../../core/log/session-input.ts';
import type { SessionHost } from '../host/session-host.ts';
import { type SessionReading, sessionInSteps } from '../read/read-session.ts';
import type { BulkBy } from './bulk-plan.ts';
import type { BulkAction } from './carry-out-bulk.ts';

/** An operation that can be done to many sessions. */
export type BulkOperation = {
  /** Although another leads the session: that one is refused from then on. */
  readonly force?: boolean;
} & (
  | {
      readonly op: 'ready';
      /** Does nothing to one whose status is another. */
      readonly only?: 'parked';
    }
  | { readonly op: 'park'; readonly error: string }
  /** In seconds from when it is done. With `error`, the turn counts as failed. */
  | { readonly op: 'store'; readonly seconds: number; readonly error?: string }
  | { readonly op: 'remove' }
);

/** The effect of an operation on each of many sessions. */
export function sessionAction(host: Pick<SessionHost, 'leases'>, operation: BulkOperation, by: BulkBy): BulkAction {
  return {
    noun: 'session',
    *operationOn(cut, { id, position }) {
      const session = yield* sessionInSteps(cut, id);
      if (!session) throw refusedError(reject('SESSION_GONE', `session ${id} was removed, or never was`), id);
      return { ...operationFor(host, operation, session), position, ...by };
    },
    isDoneBy: ({ op }) => op === `session.${operation.op}`,
  };
}

/** The operation on one session as it stands. Errors: SESSION_ACTIVE of one that is led by who is alive; SESSION_BUSY of one that is suspended. */
export function operationFor(
  { leases }: Pick<SessionHost, 'leases'>,
  operation: BulkOperation,
  { id, status, epoch, operator = '', error }: SessionReading,
): Extract<Operation, { readonly op: BulkOperation['op'] }> {
  const { force = false, ...what } = operation;
  if (what.op !== 'ready') return { ...what, session: id, ...(force && { force }) };
  if (isSuspended({ status, ...given({ error }) })) throw refusedError(refuseSuspended(id), id);
  if (status !== 'active') return { op: 'ready', session: id };
  if (!force && leases.look(operator).alive) {
    const reason = `session ${id} is led by ${operator} in epoch ${epoch}`;
    throw refusedError(reject('SESSION_ACTIVE', reason), id);
  }
  // It is taken from the lead that was seen, and from no later one.
  return { op: 'ready', session: id, epoch };
}

/** Whether a session stands already as the operation would leave it. */
export function standsSo(operation: BulkOperation, { status, attempts }: Session): boolean {
  switch (operation.op) {
    case 'ready':
      if (operation.only !== undefined && status !== operation.only) return true;
      return (status === 'ready' || status === 'behind') && attempts === 0;
    case 'park':
      return status === 'parked';
    case 'store':
      return status === 'stored';
    default:
      return false;
  }
}

/** Status of a session in a plan. */
export function statusWord(session: Session | undefined): string {
  return session?.status ?? 'removed';
}

/** The actor and the reason of a plan that is carried out: its own, unless others are given now. Errors: REQUEST_INVALID. */
export function bulkByOf({ reason, actor }: BulkBy, by: BulkBy): BulkBy {
  const said = { ...given({ reason, actor }), ...given({ reason: by.reason, actor: by.actor }) };
  checkBy(said);
  return said;
}
