import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { Cut } from '../../view/cut.ts';

/**
 * How a janitor takes a session from an operator that is no more: in the name of that lead, and by force. Nobody else
 * does both, so that the log tells which sessions were led when their operator died.
 */
export const byJanitor = { force: true } as const;

/**
 * Whether the last word on a session that waits is a janitor's: its operator died while it led this session, perhaps
 * because of it. Cheap for a session whose last turn left no error.
 */
export function isSuspect(cut: Cut, id: string): boolean {
  const key = sessionKey(id);
  const state = cut.state(key);
  if (!state || sessionIn(state)?.error === undefined) return false;
  const record = cut.folded(state.position);
  return record?.changes.some((change) => change.key === key && isOfJanitor(change.value)) ?? false;
}

function isOfJanitor(value: unknown): boolean {
  const { force, epoch } = (value ?? {}) as { readonly force?: boolean; readonly epoch?: number };
  return force === true && epoch !== undefined;
}
