import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { jsonText } from '../../text/printable.ts';
import { idOf, nameOfPath, onlyFields } from './fields.ts';
import { cellsOf, csvDocument, csvLine, fieldTable, plainDocument, plainLine } from './item-text.ts';
import type { ListStyle } from './list-writer.ts';

/** One answer in the form that is asked for, without a newline at its end; empty where that form has nothing of it. */
export function documentText(json: JsonObject, people: string, style: ListStyle): string {
  const { format, fields, template } = style;
  if (template) return template.fill(json);
  if (format === 'ids') return idsOf(json).join('\n');
  if (format === 'json' || format === 'ndjson') return jsonText(fields ? onlyFields(json, fields) : json);
  if (format === 'table') return fields ? fieldTable([json], fields) : people;
  if (!fields) return format === 'plain' ? plainDocument(json) : csvDocument(json);
  const cells = cellsOf(json, fields);
  return format === 'plain' ? plainLine(cells) : [fields.map(nameOfPath), cells].map(csvLine).join('\n');
}

/** The ids of a document: its own, or those of what it lists. */
function idsOf(json: JsonObject): readonly string[] {
  const { items } = json;
  const about: readonly JsonValue[] = Array.isArray(items) ? items : [json];
  return about.flatMap((item) => idOf(item) ?? []);
}
