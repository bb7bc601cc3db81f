import { given } from '../../core/base/given.ts';
import { foldChanges } from '../../core/fold/fold-record.ts';
import { type Session, type SessionOp, sessionIn, sessionKey } from '../../core/fold/session.ts';
import type { State } from '../../core/fold/state.ts';
import type { StoredRecord } from '../../core/log/record.ts';
import type { ViewReader } from '../../view/reader.ts';

/** One operation in the life of a session. */
export interface SessionEvent {
  readonly record: StoredRecord;
  readonly op: SessionOp;
  /** The session before and after it: absent before it was made, and once it is removed. */
  readonly before?: Session;
  readonly after?: Session;
}

const pageRecords = 500;

/** All that ever happened to a session, oldest first: also to one that was removed. */
export async function* sessionHistory(env: ViewReader, id: string): AsyncGenerator<SessionEvent> {
  const key = sessionKey(id);
  let state: State | undefined;
  let from: number | undefined = 1;
  while (from !== undefined) {
    const at: number = from;
    const before: State | undefined = state;
    const page = await env.read((cut, turn) => {
      const events: SessionEvent[] = [];
      let current = before;
      let next: number | undefined;
      for (const position of cut.applied(key, at)) {
        if (events.length >= pageRecords || (events.length > 0 && turn.isOver)) {
          next = position;
          break;
        }
        const record = cut.record(position);
        if (!record) continue;
        for (const change of record.changes) {
          if (change.key !== key) continue;
          const earlier = sessionOf(current);
          const folded = foldChanges([change], () => current, { ...record, idAt: () => undefined });
          if (folded.ok) current = folded.after.get(key) ?? current;
          const later = sessionOf(current);
          const op = change.op as SessionOp;
          events.push({ record, op, ...given({ before: earlier, after: later }) });
        }
      }
      return { events, next, current };
    });
    yield* page.events;
    state = page.current;
    from = page.next;
  }
}

function sessionOf(state: State | undefined): Session | undefined {
  return sessionIn(state);
}
