import { limits } from '../core/base/limits.ts';
import type { Change } from '../core/fold/change.ts';
import { asSession, sessionKey } from '../core/fold/session.ts';
import type { LeadSession, NewSession, ThemeName } from '../core/log/operation.ts';
import { type QueueKey, queuePrefix, sessionOfQueueKey, timeOfQueueKey } from '../layout/queue-keys.ts';
import { themeEntry } from './3-decide-theme.ts';
import { chunkAt } from './3-queued-request.ts';
import type { Stage } from './3-stage.ts';

/** The changes that make a session, and lead it where a worker has a place for it, and none is due that comes before. */
export function changesWithLead(
  stage: Stage,
  { session, lead, theme, delay = 0 }: NewSession,
  changes: readonly Change[],
): readonly Change[] {
  const made = changes.at(-1)?.value as { readonly behind?: boolean } | undefined;
  if (!lead || delay > 0 || made?.behind) return changes;
  const entry = themeEntry(stage, theme);
  if (entry?.paused) return changes;
  // A theme that is registered by this record has no other session.
  const first = entry && stage.firstQueued(queuePrefix(entry.number, 'waiting'));
  if (first !== undefined && timeOfQueueKey(first) <= stage.time) return changes;
  return [...changes, leadOf(session, lead)];
}

/** The lead of a session, as its record has it. */
export function leadOf(session: string, { operator, lease }: Pick<LeadSession, 'operator' | 'lease'>): Change {
  return { op: 'session.lead', key: sessionKey(session), value: { operator, lease } };
}

/** The session that a lead takes; or when the next one will be due, or undefined when there is none. */
export function sessionToLead(
  stage: Stage,
  { session, theme, fits }: LeadSession,
): string | { readonly due: number } | undefined {
  return session ?? (theme === undefined ? undefined : nextOf(stage, theme, fits));
}

/** The first session of a theme that is due, or when the next one will be. */
function nextOf(
  stage: Stage,
  theme: ThemeName,
  fits: LeadSession['fits'],
): string | { readonly due: number } | undefined {
  const entry = themeEntry(stage, theme);
  if (!entry || entry.paused) return undefined;
  const waiting = queuePrefix(entry.number, 'waiting');
  const key = fits ? firstFitting(stage, waiting, fits) : stage.firstQueued(waiting);
  if (key === undefined) return undefined;
  const due = timeOfQueueKey(key);
  return due <= stage.time ? sessionOfQueueKey(key) : { due };
}

/** Finds the first that fits among the first of a queue. */
function firstFitting(stage: Stage, waiting: string, fits: NonNullable<LeadSession['fits']>): QueueKey | undefined {
  let looked = 0;
  for (const key of stage.queued(waiting)) {
    if (timeOfQueueKey(key) > stage.time) return key;
    if (looked++ === limits.leftRequestsMax) return undefined;
    const session = sessionKey(sessionOfQueueKey(key));
    const { from = 0 } = asSession(stage.state(session)?.value) ?? {};
    const chunk = chunkAt(stage.record(from), session);
    if (!chunk || !('data' in chunk) || fits(chunk.data)) return key;
  }
  return undefined;
}
