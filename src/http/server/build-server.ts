import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { limits } from '../../core/base/limits.ts';
import { problemOf } from '../answer/problem-answer.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { ServedRoute } from '../route/route.ts';
import { addBodyParsers } from './body-parsers.ts';
import { addHooks, type Guard } from './hooks.ts';
import { answerProblem, refuseMalformed, sendProblem } from './send-problem.ts';

/** The text of a path: a key or id of which each byte is written as three. */
const pathUnitsMax = 3 * limits.keyBytesMax;

/** Makes the server of a frontend; it does not listen yet. `guard` decides who may ask. */
export function buildServer(frontend: Frontend, routes: readonly ServedRoute[], guard: Guard): FastifyInstance {
  const app = fastify({
    logger: false,
    // Streams have none: what is read as a whole has a limit of its own.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    requestIdHeader: false,
    genReqId: () => frontend.env.makeId(),
    // Fastify's own refusal while it closes is an error that no client needs to see: what comes is answered, and the last.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    connectionTimeout: limits.httpIdleMs,
    keepAliveTimeout: limits.httpKeepAliveMs,
    // A stream of requests may last: bodies that are none have a limit of their own.
    requestTimeout: 0,
    http: { maxHeaderSize: limits.httpHeadBytesMax, headersTimeout: limits.httpBodyMs, insecureHTTPParser: false },
    routerOptions: { maxParamLength: pathUnitsMax, caseSensitive: true },
    exposeHeadRoutes: true,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, useDefaults: false, allErrors: false } },
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, _, reply) => void answerProblem(reply as FastifyReply, problemOf(error)),
  });
  app.server.maxConnections = limits.httpConnectionsMax;
  addBodyParsers(app);
  addHooks(app, frontend, guard);
  app.setErrorHandler((error, request, reply) => sendProblem(frontend, { error, request, reply }));
  addRoutes(app, frontend, routes);
  return app;
}

function addRoutes(app: FastifyInstance, frontend: Frontend, routes: readonly ServedRoute[]): void {
  for (const route of routes) {
    const { method, path: url, query = {} } = route;
    const querystring = { type: 'object', properties: query, additionalProperties: false };
    app.route({
      method,
      url,
      schema: { querystring },
      config: { route },
      handler: (request, reply) => route.handle(frontend, request, reply),
    });
  }
}
