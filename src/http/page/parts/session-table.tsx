import type { VNode } from 'preact';
import { isSuspended } from '../../../core/fold/session.ts';
import type { Session, SessionReading, StuckSession } from '../../../index.ts';
import { printable } from '../../../text/printable.ts';
import { DataTable } from './data-table.tsx';
import { Badge, Duration, type Level, NameLink, Time } from './data-text.tsx';

/** A word for how a session stands: its status, and those of two ways to be out of it. */
function statusOf(session: Pick<Session, 'status' | 'error'> | undefined): string {
  if (session === undefined) return 'removed';
  return isSuspended(session) ? 'suspended' : session.status;
}

/** The same with its colour. */
export function StatusBadge({ session }: { readonly session: Session | undefined }): VNode {
  const levels: Record<string, Level> = { active: 'good', parked: 'bad', suspended: 'warn' };
  const status = statusOf(session);
  return <Badge level={levels[status] ?? 'calm'}>{status}</Badge>;
}

/** Sessions of a queue as a table. */
export function SessionTable({ sessions }: { readonly sessions: readonly SessionReading[] }): VNode {
  return (
    <DataTable
      caption="Sessions, in the order in which they come"
      columns={['Session', 'Status', 'Due (UTC)', ['Attempts', 'number wide'], ['Operator', 'wide'], ['Error', 'wide']]}
    >
      {sessions.map((session) => (
        <tr key={session.id} data-key={session.id}>
          <th scope="row">
            <NameLink kind="sessions" name={session.id} />
          </th>
          <td>
            <StatusBadge session={session} />
          </td>
          <td class="nowrap">
            <Time ms={session.due} />
          </td>
          <td class="number wide">{session.attempts}</td>
          <td class="wide">{printable(session.operator ?? '')}</td>
          <td class="wide">{printable(session.error ?? '')}</td>
        </tr>
      ))}
    </DataTable>
  );
}

/** Sessions that do not go on by themselves, each with why and what to do. */
export function StuckTable({ stuck }: { readonly stuck: readonly StuckSession[] }): VNode {
  return (
    <DataTable
      caption="Stuck sessions"
      columns={['Session', 'Why', ['For', 'number'], ['Queue', 'wide'], ['What to do', 'wide']]}
    >
      {stuck.map((one) => (
        <StuckRow key={one.session.id} one={one} />
      ))}
    </DataTable>
  );
}

function StuckRow({ one }: { readonly one: StuckSession }): VNode {
  const { session, reason, detail, age, next } = one;
  const level = reason === 'failing' || reason === 'slow' || isSuspended(session) ? 'warn' : 'bad';
  return (
    <tr data-key={session.id}>
      <th scope="row">
        <NameLink kind="sessions" name={session.id} />
      </th>
      <td>
        <Badge level={level}>{isSuspended(session) ? 'suspended' : reason}</Badge>{' '}
        {detail !== reason && <span>{printable(detail)}</span>}
        <code class="narrow command">{printable(next)}</code>
      </td>
      <td class="number nowrap">
        <Duration ms={age} />
      </td>
      <td class="wide">
        <NameLink kind="queues" name={session.themeName} />
      </td>
      <td class="wide">
        <code class="command">{printable(next)}</code>
      </td>
    </tr>
  );
}
