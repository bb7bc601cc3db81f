import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../../core/base/limits.ts';
import type { Frontend } from '../frontend/frontend.ts';

/** Until the client goes away, its token ends, or the frontend stops: clients connect again, to another one. */
export function untilGone({ stopping, env }: Frontend, { actorUntil }: FastifyRequest, reply: FastifyReply) {
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
export function startEvents(reply: FastifyReply, seen: number): ServerResponse {
  const { raw } = reply;
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
  raw.write(`retry: ${limits.httpRetryMs}\nid: ${seen}\n\n`);
  return raw;
}

/** Answers who asks for the head of a stream alone; undefined for others. */
export function sendStreamHead({ method }: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  return method === 'HEAD' ? reply.type('text/event-stream').send('') : undefined;
}

/** Writes now and then: balancers end connections on which nothing comes. */
export function keepAlive(raw: ServerResponse): { stop(): void } {
  const timer = setInterval(() => raw.writableNeedDrain || raw.write(': alive\n\n'), limits.httpHeartbeatMs);
  return { stop: () => clearInterval(timer) };
}
