import type { GroupField, RecordGroup } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, printable, shorten } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

const columnsMax = { value: 48, bar: 24 };

/** Groups of records for people, one per line, aligned; `largest` is the count of the longest bar, absent for no bars. */
export function formatGroups(groups: readonly RecordGroup[], largest: number | undefined, colors: Colors): string {
  const digits = formatCount(largest ?? groups.reduce((most, { count }) => Math.max(most, count), 0)).length;
  return formatTable(
    groups.map(({ values, count }) => [
      ...values.map((value) =>
        value === null ? colors.dim('(none)') : colors.key(shorten(printable(timeText(value)), columnsMax.value)),
      ),
      formatCount(count).padStart(digits),
      ...(largest === undefined ? [] : [colors.dim(bar(count / largest))]),
    ]),
  );
}

/** An hour or a day without the seconds, which are none. */
function timeText(value: string): string {
  return value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d):00\.000Z$/, '$1Z').replace(/T00:00Z$/, ' UTC');
}

/** At least a mark for whatever there is. */
function bar(share: number): string {
  return '█'.repeat(Math.max(1, Math.round(share * columnsMax.bar)));
}

/** The names of the columns of groups. */
export function groupColumns(by: readonly GroupField[]): readonly string[] {
  return [...by, 'count'];
}
