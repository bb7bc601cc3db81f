import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { ServedRoute } from '../route/route.ts';
import { readTraceId } from '../route/trace-context.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    route?: ServedRoute;
  }
}

/** Decides whether a request may be made, and by whom. Errors: AUTH_ and HOST_REFUSED, and RATE_LIMITED. */
export type Guard = (request: FastifyRequest, isOpen: boolean) => Promise<void>;

const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/** Adds what happens before and after each request, and for what has no route. */
export function addHooks(app: FastifyInstance, frontend: Frontend, guard: Guard): void {
  app.decorateRequest('actor', undefined);
  app.decorateRequest('actorUntil', undefined);
  app.decorateRequest('told', null as never);
  app.addHook('onRequest', async (request, reply) => {
    request.told = {};
    addHeaders(frontend, request, reply);
    await guard(request, request.routeOptions.config.route?.isOpen === true);
  });
  app.addHook('onResponse', async (request, reply) => tell(frontend, request, reply));
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const allowed = methods.filter((method) => app.findRoute({ url: path, method }) !== null);
    if (allowed.length === 0) throw new TxlogError('ROUTE_NOT_FOUND', 'there is no such resource');
    reply.header('allow', allowed.join(', '));
    throw new TxlogError('METHOD_NOT_ALLOWED', `the resource has no method ${request.method}`);
  });
}

function addHeaders(frontend: Frontend, { id }: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', id);
  reply.header('cache-control', 'no-store');
  reply.header('x-content-type-options', 'nosniff');
  // The last answer on this connection: the next one goes to another frontend.
  if (frontend.stopping.aborted) reply.header('connection', 'close');
}

function tell({ log, metrics }: Frontend, request: FastifyRequest, reply: FastifyReply): void {
  const { method, id, actor, told, headers, ip } = request;
  const route = request.routeOptions.config.route?.path;
  const trace = readTraceId(headers.traceparent);
  metrics.answered({ method, route: route ?? 'none', status: reply.statusCode, seconds: reply.elapsedTime / 1_000 });
  const ms = Math.round(reply.elapsedTime * 1_000) / 1_000;
  const status = reply.statusCode;
  log[status >= 500 ? 'warn' : 'info'](
    { request: id, method, route, status, ms, from: ip, actor, trace, ...told },
    'request',
  );
}
