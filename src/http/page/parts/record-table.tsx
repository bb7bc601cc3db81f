import type { VNode } from 'preact';
import { sessionOfKey, themeOfKey } from '../../../core/fold/session.ts';
import { usersChanges } from '../../../core/log/record.ts';
import type { Change, StoredRecord } from '../../../index.ts';
import { formatCount, printable } from '../../../text/printable.ts';
import { DataTable } from './data-table.tsx';
import { Badge, Name, NameLink, PositionLink, Time } from './data-text.tsx';

/** The width to which a name is cut in the row of a record. */
const nameColumns = 44;

/** Records of the log as a table. */
export function RecordTable({
  records,
  caption,
}: {
  readonly records: readonly StoredRecord[];
  readonly caption: string;
}): VNode {
  return (
    <DataTable
      caption={caption}
      columns={[
        ['Position', 'number'],
        'Time (UTC)',
        ['Outcome', 'wide'],
        ['Type', 'wide'],
        'Request',
        ['Changes', 'wide'],
        ['Actor', 'wide'],
      ]}
    >
      {records.map((record) => (
        <RecordRow key={record.position} record={record} />
      ))}
    </DataTable>
  );
}

function RecordRow({ record }: { readonly record: StoredRecord }): VNode {
  const { position, time, type, id, actor, changes } = record;
  return (
    <tr data-key={position}>
      <td class="number">
        <PositionLink position={position} />
      </td>
      <td class="nowrap">
        <Time ms={time} />
      </td>
      <td class="wide">
        <OutcomeBadge record={record} />
      </td>
      <td class="wide type">
        <Name text={type} columns={nameColumns} />
      </td>
      <td>
        <NameLink kind="transactions" name={id} columns={nameColumns} />
        <div class="narrow sub">
          {record.outcome === 'rejected' && <OutcomeBadge record={record} />} <Name text={type} columns={nameColumns} />
        </div>
      </td>
      <td class="wide">
        <ChangesInBrief changes={changes} />
      </td>
      <td class="wide">{actor !== undefined && <Name text={actor} columns={nameColumns} />}</td>
    </tr>
  );
}

/** How a transaction ended, with the code of a rejection. */
export function OutcomeBadge({ record }: { readonly record: Pick<StoredRecord, 'outcome' | 'rejection'> }): VNode {
  const { outcome, rejection } = record;
  if (outcome === 'committed') return <Badge level="good">committed</Badge>;
  return <Badge level="bad">{rejection === undefined ? 'rejected' : printable(rejection.code)}</Badge>;
}

/** The first thing that a record changes, and how many more there are. */
function ChangesInBrief({ changes }: { readonly changes: readonly Change[] }): VNode | null {
  const own = usersChanges(changes);
  // A session says more than the theme that was registered for it.
  const all = own.length > 0 ? own : changes;
  const first = all.find(({ key }) => sessionOfKey(key) !== undefined) ?? all[0];
  if (first === undefined) return null;
  const more = all.length - 1;
  return (
    <>
      <span class="quiet">{first.op.replace(/^session\./, '')}</span> <KeyLink name={first.key} />
      {more > 0 && <span class="quiet"> and {formatCount(more)} more</span>}
    </>
  );
}

/** A key that leads to its page: that of a state, or of what the engine keeps under it. */
function KeyLink({ name }: { readonly name: string }): VNode {
  const session = sessionOfKey(name);
  if (session !== undefined) return <NameLink kind="sessions" name={session} columns={nameColumns} />;
  const theme = themeOfKey(name);
  return theme === undefined ? (
    <NameLink kind="states" name={name} columns={nameColumns} />
  ) : (
    <NameLink kind="queues" name={theme} />
  );
}
