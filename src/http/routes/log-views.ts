import { limits } from '../../core/base/limits.ts';
import { type StoredRecord, toRecordJson } from '../../index.ts';
import { toPageJson } from '../../shapes/page.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { flag, page, text } from '../../shapes/schema/schema-terms.ts';
import { toTransactionJson } from '../../shapes/transaction.ts';
import { isUnchanged } from '../route/conditional.ts';
import { cursorText, readPageCursor } from '../route/cursor.ts';
import { afterParameters, filterParameters, pageParameters } from '../route/query-terms.ts';
import { type FilterQuery, readFilter } from '../route/record-filter.ts';
import type { Route } from '../route/route.ts';
import { type SeenOptions, untilSeen } from '../route/seen-position.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

/** `GET /v1/log`: records that pass a filter, a page at a time. */
export const logRoute: Route = {
  method: 'GET',
  path: '/v1/log',
  operation: 'listRecords',
  summary: 'Records of the log that pass a filter, in their order or from the last one down.',
  query: {
    ...filterParameters,
    reverse: { ...flag, description: 'From the last one down.' },
    ...afterParameters,
    ...pageParameters,
  },
  answers: {
    200: jsonAnswer('A page of records.', page(log.record)),
    304: { description: 'Nothing was written since.' },
    400: problemAnswer('The filter is none.'),
  },
  handle: async (frontend, request, reply) => {
    const { env } = frontend;
    const query = request.query as FilterQuery & SeenOptions & PageQuery;
    await untilSeen(frontend, reply, query);
    const begun = query.cursor === undefined ? undefined : readPageCursor(query.cursor);
    const filter = await readFilter(query);
    const position = begun?.position ?? (await env.head()).position;
    if (isUnchanged(request, reply, String(position))) return reply.send();
    const { reverse = false, limit = limits.httpPageItems } = query;
    const { from = 1, to = position } = filter;
    const at = begun ? Number(begun.after) : undefined;
    const range = reverse ? { from, to: Math.min(to, at ?? position) } : { from: Math.max(from, at ?? 1), to };
    const records: StoredRecord[] = [];
    if (range.from <= range.to) {
      for await (const record of env.records(
        { ...filter, ...range, to: Math.min(range.to, position) },
        { reverse, limit },
      )) {
        records.push(record);
        // The client is gone: nobody waits for the rest of a long search.
        if (reply.raw.destroyed) break;
      }
    }
    const last = records.length < limit ? undefined : records.at(-1);
    const next = last && cursorText({ position, after: String(last.position + (reverse ? -1 : 1)) });
    return reply.send(toPageJson({ position, items: records.map(toRecordJson), next }));
  },
};

interface PageQuery {
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /v1/transactions/{id}`: all about one transaction. */
export const transactionRoute: Route = {
  method: 'GET',
  path: '/v1/transactions/*',
  operation: 'getTransaction',
  summary: 'A transaction by the id of its request: its record, its keys before and after, its neighbours on them.',
  parameters: { id: text },
  query: afterParameters,
  answers: {
    200: jsonAnswer('All about it.', log.transaction),
    404: problemAnswer('No request of this id was ever processed.'),
  },
  handle: async (frontend, request, reply) => {
    const { '*': id } = request.params as { readonly '*': string };
    await untilSeen(frontend, reply, request.query as SeenOptions);
    return reply.send(toTransactionJson(await frontend.env.inspect(id)));
  },
};
