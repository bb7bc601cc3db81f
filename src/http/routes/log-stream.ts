import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import { type RecordFilter, type StoredRecord, toRecordJson } from '../../index.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { text } from '../../shapes/schema/schema-terms.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { filterParameters } from '../route/query-terms.ts';
import { type FilterQuery, readFilter } from '../route/record-filter.ts';
import type { Route } from '../route/route.ts';
import { problemAnswer } from './request-terms.ts';

/** `GET /v1/log/stream`: records as they come, as server-sent events. Source: the HTML standard, 9.2. */
export const logStreamRoute: Route = {
  method: 'GET',
  path: '/v1/log/stream',
  operation: 'followLog',
  summary: 'Records that pass a filter, as they come: server-sent events whose ids are positions.',
  query: filterParameters,
  headers: {
    'Last-Event-ID': { ...text, description: 'Go on behind this position. Browsers send it when they connect again.' },
  },
  answers: {
    200: { description: 'An event for each record.', content: { 'text/event-stream': log.record } },
    400: problemAnswer('The filter, or the position, is none.'),
  },
  handle: async (frontend, request, reply) => {
    const filter = await readFilter(request.query as FilterQuery);
    const { position } = await frontend.env.head();
    const from = firstOf(request, filter, position);
    const { signal, release } = untilGone(frontend, request, reply);
    reply.hijack();
    try {
      await follow(frontend, startEvents(reply, from - 1), { filter: withoutStart(filter), from, signal });
    } finally {
      release();
      reply.raw.end();
    }
  },
};

/** Behind the last event; else from where the filter begins; else only new ones. Errors: USAGE. */
function firstOf({ headers }: FastifyRequest, filter: RecordFilter, head: number): number {
  const last = headers['last-event-id'];
  if (last === undefined) return filter.from ?? head + 1;
  if (/^\d{1,16}$/.test(String(last)) && Number.isSafeInteger(Number(last))) return Number(last) + 1;
  throw new TxlogError('USAGE', 'Last-Event-ID: it is no position');
}

function withoutStart({ from: _, ...filter }: RecordFilter): RecordFilter {
  return filter;
}

/** Until the client goes away, its token ends, or the frontend stops: clients connect again, to another one. */
function untilGone({ stopping, env }: Frontend, { actorUntil }: FastifyRequest, reply: FastifyReply) {
  const gone = new AbortController();
  const end = () => gone.abort();
  reply.raw.once('close', end);
  stopping.addEventListener('abort', end);
  if (stopping.aborted) end();
  const cancel =
    actorUntil === undefined
      ? () => {}
      : env.clock.after(Math.min(actorUntil - env.clock.now(), limits.httpStreamMsMax), end);
  const release = () => {
    stopping.removeEventListener('abort', end);
    cancel();
  };
  return { signal: gone.signal, release };
}

/** Begins the answer. The first event has no data: it tells where to go on, should the connection break before another one. */
function startEvents(reply: FastifyReply, seen: number): ServerResponse {
  const { raw } = reply;
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
  raw.write(`retry: ${limits.httpRetryMs}\nid: ${seen}\n\n`);
  return raw;
}

async function follow(
  { env }: Frontend,
  raw: ServerResponse,
  { filter, ...options }: { readonly filter: RecordFilter; readonly from: number; readonly signal: AbortSignal },
): Promise<void> {
  // Balancers end connections on which nothing comes.
  const timer = setInterval(() => raw.writableNeedDrain || raw.write(': alive\n\n'), limits.httpHeartbeatMs);
  try {
    for await (const record of env.follow(filter, options)) {
      if (!raw.write(eventOf(record))) await once(raw, 'drain', { signal: options.signal });
    }
  } catch (error) {
    // Whatever the client missed, it asks for when it connects again.
    if (!options.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
  }
}

function eventOf(record: StoredRecord): string {
  return `id: ${record.position}\nevent: record\ndata: ${JSON.stringify(toRecordJson(record))}\n\n`;
}
