import type { JsonObject } from '../../core/base/json.ts';
import { type StoredRecord, toRequestJson } from '../../index.ts';
import { jsonText } from '../../text/printable.ts';
import type { ListFormat } from '../output/list-writer.ts';

/** How requests that are to be submitted again are printed. */
export const requestFormat: ListFormat<JsonObject> = {
  json: (request) => request,
  people: (page) => page.map(jsonText).join('\n'),
  columns: ['id', 'type', 'actor', 'payload', 'changes', 'expect'],
};

/** The requests of records; those that the engine made itself have none. */
export async function* requestsOf(records: AsyncIterable<StoredRecord>): AsyncGenerator<JsonObject> {
  for await (const record of records) {
    const request = toRequestJson(record);
    if (request) yield request;
  }
}
