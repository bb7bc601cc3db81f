import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { matches } from '../../core/log/filter.ts';
import type { RecordFilter } from '../../index.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { text } from '../../shapes/schema/schema-terms.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { eventOf, type LiveRecord, type LogFeed } from '../frontend/log-feed.ts';
import { keepAlive, sendStreamHead, startEvents, untilGone } from '../route/event-stream.ts';
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
    if (sendStreamHead(request, reply)) return reply;
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

/** All that passes the filter from a position on: what is there by reading, what comes by the feed. */
async function follow(frontend: Frontend, raw: ServerResponse, following: Following): Promise<void> {
  const { filter, signal } = following;
  const { to = Number.POSITIVE_INFINITY } = filter;
  const beat = keepAlive(raw);
  try {
    for (let at = following.from; at <= to && !signal.aborted; ) {
      const head = await frontend.feed.position();
      if (at <= head) {
        await catchUp(frontend, raw, { ...following, from: at, to: Math.min(head, to) });
        at = head + 1;
      }
      at = await (followLive(frontend.feed, raw, { ...following, from: at }) ?? at);
      if (raw.writableNeedDrain) await once(raw, 'drain', { signal });
    }
  } catch (error) {
    // The client asks for what it missed when it connects again.
    if (!signal.aborted) throw error;
  } finally {
    beat.stop();
  }
}

interface Following {
  readonly filter: RecordFilter;
  readonly from: number;
  readonly signal: AbortSignal;
}

/** All that is there already, up to where the feed is. */
async function catchUp(
  { env }: Frontend,
  raw: ServerResponse,
  { filter, from, to, signal }: Following & { readonly to: number },
): Promise<void> {
  for await (const record of env.records({ ...filter, from, to })) {
    signal.throwIfAborted();
    if (!raw.write(eventOf(record))) await once(raw, 'drain', { signal });
  }
}

/**
 * Joins the feed, if it has passed nothing that the follower lacks; ends when the client takes no more for now, or is gone.
 * The position to go on at.
 */
function followLive(
  feed: LogFeed,
  raw: ServerResponse,
  { filter, from, signal }: Following,
): Promise<number> | undefined {
  let at = from;
  let end = () => {};
  let fail: (error: Error) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    end = () => resolve(at);
    fail = reject;
  });
  const hear = (records: readonly LiveRecord[]) => {
    for (const live of records) {
      if (live.record.position < at) continue;
      if (raw.writableNeedDrain || signal.aborted) return end();
      at = live.record.position + 1;
      if (passes(filter, live, fail)) raw.write(live.event);
    }
  };
  const leave = feed.join(from - 1, { hear, lose: (error) => fail(error) });
  if (!leave) return undefined;
  signal.addEventListener('abort', end);
  return ended.finally(() => {
    leave();
    signal.removeEventListener('abort', end);
  });
}

/** A condition that fails is a fault of its own follower alone. */
function passes(filter: RecordFilter, { record }: LiveRecord, fail: (error: Error) => void): boolean {
  try {
    return matches(filter, record);
  } catch (error) {
    fail(error as Error);
    return false;
  }
}
