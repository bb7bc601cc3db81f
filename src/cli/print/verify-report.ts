import type { AuditReport } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { plural, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** The same for people. `proved` says in a few words what holds when all is well. */
export function formatVerify(report: AuditReport, proved: string, colors: Colors): string {
  const { ok, records, head, firstPosition, problems, more } = report;
  if (ok) return `${colors.good('ok')}  ${plural(records, 'record')}: ${proved}\nhead  ${head.position} ${head.digest}`;
  const rows = problems.map(({ code, place, reason, position }) => [
    position === undefined ? '' : `position ${position}`,
    colors.bad(code),
    printable(place),
    printable(reason),
  ]);
  const first = firstPosition === undefined ? '' : `, first at position ${firstPosition}`;
  const title = `${colors.bad('NOT ok')}  ${plural(problems.length + more, 'problem')} in ${plural(records, 'record')}${first}`;
  return [title, formatTable(rows), ...(more > 0 ? [`and ${plural(more, 'more problem')}`] : [])].join('\n');
}
