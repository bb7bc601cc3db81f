import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { toPageJson } from '../../shapes/page.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { page, text } from '../../shapes/schema/schema-terms.ts';
import { toListedViewJson, toViewJson } from '../../shapes/view.ts';
import { statusOfRejection } from '../answer/statuses.ts';
import { isUnchanged } from '../route/conditional.ts';
import { afterParameters, asOfParameter } from '../route/query-terms.ts';
import type { Route } from '../route/route.ts';
import { type SeenOptions, untilSeen } from '../route/seen-position.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

/** `GET /v1/views`: the views of the app. */
export const viewsRoute: Route = {
  method: 'GET',
  path: '/v1/views',
  operation: 'listViews',
  summary: 'The views of the app, each with the schema of its parameters.',
  answers: { 200: jsonAnswer('All views.', page(log.listedView)) },
  handle: async ({ env }, _, reply) => {
    const [{ position }, views] = await Promise.all([env.head(), env.views()]);
    return reply.send(toPageJson({ position, items: views.map(toListedViewJson) }));
  },
};

/** `GET /v1/views/{name}`: the answer of one. */
export const viewRoute: Route = {
  method: 'GET',
  path: '/v1/views/:name',
  operation: 'askView',
  summary: 'The answer of a view of the app. All other parameters of the query are those of the view.',
  parameters: { name: text },
  query: { ...asOfParameter, ...afterParameters },
  takesOthers: true,
  answers: {
    200: jsonAnswer('The answer.', log.viewAnswer),
    304: { description: 'The client has this answer already.' },
    400: problemAnswer('The parameters do not fit.'),
    403: jsonAnswer('The view refused with DENIED.', log.viewAnswer),
    404: problemAnswer('The app has no such view, or the log no such position.'),
    409: jsonAnswer('The view refused: the states are in the way.', log.viewAnswer),
    422: jsonAnswer('The view refused.', log.viewAnswer),
    500: problemAnswer('The view failed.'),
    504: problemAnswer('The log did not come to the position in time.'),
  },
  handle: async (frontend, request, reply) => {
    const { 'as-of': asOf, after, wait, ...params } = request.query as JsonObject & ViewQuery;
    const { name } = request.params as { readonly name: string };
    await untilSeen(frontend, reply, given({ after, wait }));
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await frontend.env.view(name, params, {
      signal: gone.signal,
      ...given({ asOf, ...askerOf(request) }),
    });
    if (answer.rejection) return reply.code(statusOfRejection(answer.rejection.code)).send(toViewJson(answer));
    if (isUnchanged(request, reply, digestOf(answer.value))) return reply.send();
    return reply.send(toViewJson(answer));
  },
};

interface ViewQuery extends SeenOptions {
  readonly 'as-of'?: number;
}

function askerOf({ actor, claims }: FastifyRequest) {
  return { actor, claims };
}

/** The version of an answer: positions go on where the answer stays, and another app may answer otherwise at the same one. */
function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
