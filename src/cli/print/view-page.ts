import type { ListedView, ViewAnswer } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { jsonText, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** Columns of views, where they are no lines for people. */
export const viewColumns = ['view', 'summary'];

/** Views for people, one per line, aligned. */
export function formatViews(views: readonly ListedView[], colors: Colors): string {
  return formatTable(views.map(({ view, summary = '' }) => [colors.key(printable(view)), printable(summary)]));
}

/** The answer of a view for people: what it answers as JSON, or why it refuses. */
export function formatViewAnswer(answer: ViewAnswer): string {
  const { rejection } = answer;
  if (!rejection) return jsonText(answer.value);
  return `refused: ${printable(rejection.code)}: ${printable(rejection.reason)}`;
}
