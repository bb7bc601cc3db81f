import type { JsonValue } from '../../core/base/json.ts';
import { formatTable } from '../../text/table.ts';
import { cellText, type FieldPath, innermostFields, nameOfPath, valueAt } from './fields.ts';

/** The cells of an item, in the order of its columns. */
export function cellsOf(item: JsonValue, columns: readonly FieldPath[]): readonly string[] {
  return columns.map((path) => cellText(valueAt(item, path)));
}

/** A line of `-o plain`: cells with tabs between them, which no cell holds. */
export function plainLine(cells: readonly string[]): string {
  return cells.join('\t');
}

/** A line of `-o csv` (RFC 4180, but for its line ends, which are those of the other forms). */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

/** Chosen fields of items for people, aligned, below their names. */
export function fieldTable(items: readonly JsonValue[], columns: readonly FieldPath[]): string {
  return formatTable(
    items.map((item) => cellsOf(item, columns)),
    columns.map(nameOfPath),
  );
}

/** A document as lines of `-o plain`: the path of each field, a tab, its value. */
export function plainDocument(document: JsonValue): string {
  return innermostFields(document)
    .map(([path, value]) => plainLine([nameOfPath(path), cellText(value)]))
    .join('\n');
}

/** A document as `-o csv`: the paths of its fields, and one line of their values. */
export function csvDocument(document: JsonValue): string {
  const leaves = innermostFields(document);
  return [leaves.map(([path]) => nameOfPath(path)), leaves.map(([, value]) => cellText(value))].map(csvLine).join('\n');
}
