import { TxlogError } from '../../core/base/errors.ts';
import { readKeyPage } from '../../pages/key.ts';
import { readSessionPage } from '../../pages/session.ts';
import { toKeyPageJson } from '../../shapes/key.ts';
import { toLinkedTreeJson } from '../../shapes/linked-tree.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { either, text } from '../../shapes/schema/schema-terms.ts';
import { removedPage, sessionPage } from '../../shapes/schema/work-schema.ts';
import { toSessionPageJson } from '../../shapes/session.ts';
import { toTransactionJson } from '../../shapes/transaction.ts';
import { afterParameters, countFromOne, partParameters } from '../route/query-terms.ts';
import type { Route } from '../route/route.ts';
import { type SeenOptions, untilSeen } from '../route/seen-position.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';
import { keyInPath } from './state-views.ts';

const entriesDefault = 20;

/** Which part of a history is asked for. */
interface PartQuery extends SeenOptions {
  readonly from?: number;
  readonly limit?: number;
}

/** `GET /v1/positions/{position}`: all about the transaction there. */
export const positionRoute: Route = {
  method: 'GET',
  path: '/v1/positions/:position',
  operation: 'getPosition',
  summary: 'The transaction at a position: as `/v1/transactions/{id}` tells of it.',
  parameters: { position: countFromOne },
  query: afterParameters,
  answers: {
    200: jsonAnswer('All about it.', log.transaction),
    400: problemAnswer('It is no position.'),
    404: problemAnswer('The log has no such position.'),
  },
  handle: async (frontend, request, reply) => {
    const { position } = request.params as { readonly position: string };
    const isPosition = /^\d{1,16}$/.test(position) && Number.isSafeInteger(Number(position));
    if (!isPosition) throw new TxlogError('USAGE', 'position: it is no whole number', { path: 'position' });
    await untilSeen(frontend, reply, request.query as SeenOptions);
    return reply.send(toTransactionJson(await frontend.env.inspect(Number(position))));
  },
};

/** `GET /v1/keys/{key}`: all about a key. */
export const keyRoute: Route = {
  method: 'GET',
  path: '/v1/keys/*',
  operation: 'getKey',
  summary: 'A key: its state, a part of its history, and the newest requests that were rejected for it.',
  parameters: { key: text },
  query: { ...partParameters, ...afterParameters },
  answers: {
    200: jsonAnswer('All about it.', log.keyPage),
    400: problemAnswer('It cannot be a key.'),
    404: problemAnswer('No request ever used the key.'),
  },
  handle: async (frontend, request, reply) => {
    const { from, limit = entriesDefault, ...seen } = request.query as PartQuery;
    const key = keyInPath(request.params);
    await untilSeen(frontend, reply, seen);
    return reply.send(toKeyPageJson(await readKeyPage(frontend.env, key, { from, limit })));
  },
};

/** `GET /v1/sessions/{id}`: all about a session. */
export const sessionRoute: Route = {
  method: 'GET',
  path: '/v1/sessions/*',
  operation: 'getSession',
  summary: 'A session, also one that was removed: how it stands, its data, and a part of its history.',
  parameters: { id: text },
  query: { ...partParameters, ...afterParameters },
  answers: {
    200: jsonAnswer('All about it.', either(sessionPage, removedPage)),
    410: problemAnswer('There never was such a session.'),
  },
  handle: async (frontend, request, reply) => {
    const { from, limit = entriesDefault, ...seen } = request.query as PartQuery;
    const { '*': id } = request.params as { readonly '*': string };
    await untilSeen(frontend, reply, seen);
    return reply.send(toSessionPageJson(await readSessionPage(frontend.env, id, { from, limit })));
  },
};

/** `GET /v1/trees/{id}`: all that belongs together. */
export const treeRoute: Route = {
  method: 'GET',
  path: '/v1/trees/*',
  operation: 'getTree',
  summary: 'All requests and sessions of what a request or session belongs to: each cause above its effects.',
  parameters: { id: text },
  query: afterParameters,
  answers: { 200: jsonAnswer('The tree; it has no nodes when nothing has this id.', log.linkedTree) },
  handle: async (frontend, request, reply) => {
    const { '*': id } = request.params as { readonly '*': string };
    await untilSeen(frontend, reply, request.query as SeenOptions);
    return reply.send(toLinkedTreeJson(await frontend.env.linked(id)));
  },
};
