import { limits } from '../../core/base/limits.ts';
import { listOf, oneOf, shape, text, v } from '../../shapes/schema/schema-terms.ts';
import { countFromOne } from '../route/query-terms.ts';
import type { Route } from '../route/route.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

const kind = oneOf('transaction', 'session');
type Kind = 'transaction' | 'session';

/** `GET /v1/ids`: ids that begin with a text. */
export const idsRoute: Route = {
  method: 'GET',
  path: '/v1/ids',
  operation: 'listIds',
  summary: 'The first ids of transactions or of sessions that begin with a text, in order.',
  query: {
    kind: { ...kind, description: 'The default is transaction.' },
    prefix: { ...text, description: 'The beginning of the ids. The default is all.' },
    limit: { ...countFromOne, maximum: limits.httpPageItemsMax, description: 'The default is 100.' },
  },
  answers: { 200: jsonAnswer('The ids.', shape({ v, ids: listOf(text) })) },
  handle: async ({ env }, request, reply) => {
    const { kind = 'transaction', prefix = '', limit = limits.httpPageItems } = request.query as IdsQuery;
    return reply.send({ v: 1, ids: [...(await env.idsWithPrefix(kind, prefix, limit))] });
  },
};

interface IdsQuery {
  readonly kind?: Kind;
  readonly prefix?: string;
  readonly limit?: number;
}

/** `GET /v1/ids/complete`: the id that a beginning of it stands for. */
export const completeIdRoute: Route = {
  method: 'GET',
  path: '/v1/ids/complete',
  operation: 'completeId',
  summary: 'The id that a text stands for: itself, or the only one that begins so; else the text as it is.',
  query: {
    text: { ...text, description: 'An id, or the beginning of one.' },
    kind: { ...listOf(kind), description: 'Of which kinds. Can be repeated; the default is transaction.' },
  },
  answers: {
    200: jsonAnswer('The id.', shape({ v, id: text })),
    409: problemAnswer('Several ids begin so.'),
  },
  handle: async ({ env }, request, reply) => {
    const { text: beginning = '', kind: kinds = ['transaction'] } = request.query as CompleteQuery;
    return reply.send({ v: 1, id: await env.completeId(beginning, ...kinds) });
  },
};

interface CompleteQuery {
  readonly text?: string;
  readonly kind?: readonly Kind[];
}
