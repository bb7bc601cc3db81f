import type { VNode } from 'preact';
import type { QueueReading } from '../../../index.ts';
import { formatCount } from '../../../text/printable.ts';
import { depthOf } from '../../frontend/queue-depths.ts';
import { DataTable } from './data-table.tsx';
import { Badge, Duration, NameLink } from './data-text.tsx';

const counted = ['ready', 'behind', 'active', 'stored', 'parked'] as const;

/** Queues as a table: what waits in them, for how long, who works on it. `now` is in ms since 1970. */
export function QueueTable({ queues, now }: { readonly queues: readonly QueueReading[]; readonly now: number }): VNode {
  return (
    <DataTable
      caption="Queues"
      columns={[
        'Queue',
        ['Depth', 'number'],
        ['Oldest', 'number'],
        ['Ready', 'number wide'],
        ['Behind', 'number wide'],
        ['Active', 'number wide'],
        ['Stored', 'number wide'],
        ['Parked', 'number wide'],
        ['In/s', 'number wide'],
        ['Out/s', 'number wide'],
        ['Workers', 'number'],
      ]}
    >
      {queues.map((queue) => (
        <QueueRow key={queue.name} queue={queue} now={now} />
      ))}
    </DataTable>
  );
}

function QueueRow({ queue, now }: { readonly queue: QueueReading; readonly now: number }): VNode {
  const { name, paused, counts, oldest, rates, workers } = queue;
  return (
    <tr data-key={name}>
      <th scope="row">
        <NameLink kind="queues" name={name} /> {paused && <Badge level="warn">paused</Badge>}
      </th>
      <td class="number">{formatCount(depthOf(queue))}</td>
      <td class="number nowrap">{oldest === undefined ? '–' : <Duration ms={Math.max(0, now - oldest.due)} />}</td>
      {counted.map((status) => (
        <td class={`number wide${counts[status] === 0 ? ' zero' : ''}`} key={status}>
          {formatCount(counts[status])}
        </td>
      ))}
      <td class="number wide">{rates.in}</td>
      <td class="number wide">{rates.out}</td>
      <td class="number">{workers.length}</td>
    </tr>
  );
}
