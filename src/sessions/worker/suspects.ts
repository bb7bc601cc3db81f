import { asSession, sessionKey } from '../../core/fold/session.ts';
import type { Source } from '../read/session.ts';

/**
 * How a janitor takes a session from an operator that is no more: in the name of that lead, and by force. Nobody else
 * does both, so that the log tells which sessions were led when their operator died.
 */
export const byJanitor = { force: true } as const;

/**
 * Whether the last word on a session that waits is a janitor's: its operator died while it led this session, perhaps
 * because of it. Cheap for a session whose last turn left no error.
 */
export function isSuspect({ view, snapshot }: Source, id: string): boolean {
  const key = sessionKey(id);
  const state = view.entry(snapshot, key)?.state;
  if (!state?.exists || asSession(state.value)?.error === undefined) return false;
  const record = view.catalog.folded(snapshot, state.position);
  return record?.changes.some((change) => change.key === key && isOfJanitor(change.value)) ?? false;
}

function isOfJanitor(value: unknown): boolean {
  const { force, epoch } = (value ?? {}) as { readonly force?: boolean; readonly epoch?: number };
  return force === true && epoch !== undefined;
}
