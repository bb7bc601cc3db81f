import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { findKeyProblem } from '../../core/base/key.ts';
import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';
import type { StateReading } from '../../index.ts';
import { toPageJson } from '../../shapes/page.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { page, text } from '../../shapes/schema/schema-terms.ts';
import { toHistoryJson, toStateJson } from '../../shapes/state.ts';
import { isUnchanged } from '../route/conditional.ts';
import { cursorText, readPageCursor } from '../route/cursor.ts';
import { afterParameters, asOfParameter, countFromOne, pageParameters } from '../route/query-terms.ts';
import type { Route } from '../route/route.ts';
import { type SeenOptions, untilSeen } from '../route/seen-position.ts';
import { jsonAnswer, problemAnswer } from './request-terms.ts';

const unchanged = { description: 'The client has this version already.' };

/** `GET /v1/states/{key}`: one state, now or in the past. */
export const stateRoute: Route = {
  method: 'GET',
  path: '/v1/states/*',
  operation: 'getState',
  summary: 'The state of a key, now or as of a position.',
  parameters: { key: text },
  query: { ...asOfParameter, ...afterParameters },
  answers: {
    200: jsonAnswer('The state. Its ETag is its last position.', log.state),
    304: unchanged,
    404: problemAnswer('The key has neither a value nor an owner.'),
    504: problemAnswer('The log did not come to the position in time.'),
  },
  handle: async (frontend, request, reply) => {
    const query = request.query as SeenOptions & { readonly 'as-of'?: number };
    const key = keyInPath(request.params);
    await untilSeen(frontend, reply, query);
    const asOf = query['as-of'];
    if (asOf !== undefined) await refuseBeyond(frontend.env, asOf);
    const state = await frontend.env.get(key, given({ asOf }));
    if (!state) throw new TxlogError('KEY_NOT_FOUND', `key ${key} has neither a value nor an owner`);
    if (isUnchanged(request, reply, versionOf(state))) return reply.send();
    return reply.send(toStateJson(state));
  },
};

/** `GET /v1/states`: states in the order of their keys, a page at a time, all as of one position. */
export const statesRoute: Route = {
  method: 'GET',
  path: '/v1/states',
  operation: 'listStates',
  summary: 'States whose keys begin with a prefix, in the order of their keys. All pages are as of one position.',
  query: {
    prefix: { ...text, description: 'The beginning of the keys. The default is all.' },
    ...asOfParameter,
    ...afterParameters,
    ...pageParameters,
  },
  answers: { 200: jsonAnswer('A page of states.', page(log.state)), 304: unchanged },
  handle: async (frontend, request, reply) => {
    const { env } = frontend;
    const query = request.query as SeenOptions & StatesQuery;
    await untilSeen(frontend, reply, query);
    const { prefix, limit = limits.httpPageItems, cursor } = query;
    const begun = cursor === undefined ? undefined : readPageCursor(cursor);
    const position = begun?.position ?? query['as-of'] ?? (await env.head()).position;
    await refuseBeyond(env, position);
    if (isUnchanged(request, reply, String(position))) return reply.send();
    const states: StateReading[] = [];
    const from = given({ prefix, after: begun?.after });
    for await (const state of env.states({ ...from, asOf: position, limit })) states.push(state);
    const last = states.length < limit ? undefined : states.at(-1);
    const next = last && cursorText({ position, after: last.key });
    return reply.send(toPageJson({ position, items: states.map(toStateJson), next }));
  },
};

interface StatesQuery {
  readonly prefix?: string;
  readonly 'as-of'?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /v1/history/{key}`: all transactions of a key. */
export const historyRoute: Route = {
  method: 'GET',
  path: '/v1/history/*',
  operation: 'getHistory',
  summary: 'All transactions that were ever applied to a key, oldest first, with its state before and after each.',
  parameters: { key: text },
  query: {
    from: { ...countFromOne, description: 'From this position on. The default is the first one.' },
    ...afterParameters,
    ...pageParameters,
  },
  answers: { 200: jsonAnswer('A page of transactions.', page(log.history)), 304: unchanged },
  handle: async (frontend, request, reply) => {
    const { env } = frontend;
    const query = request.query as SeenOptions & HistoryQuery;
    const key = keyInPath(request.params);
    await untilSeen(frontend, reply, query);
    const { limit = limits.httpPageItems, cursor } = query;
    const { position } = await env.head();
    if (isUnchanged(request, reply, String(position))) return reply.send();
    const from = cursor === undefined ? (query.from ?? 1) : Number(readPageCursor(cursor).after);
    const entries = [];
    for await (const entry of env.history(key, { from, limit })) entries.push(entry);
    const last = entries.length < limit ? undefined : entries.at(-1);
    const next = last && cursorText({ position, after: String(last.record.position + 1) });
    return reply.send(toPageJson({ position, items: entries.map((entry) => toHistoryJson(key, entry)), next }));
  },
};

interface HistoryQuery {
  readonly from?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The key in a path. Errors: KEY_INVALID. */
export function keyInPath(params: unknown): string {
  const { '*': key } = params as { readonly '*': string };
  const problem = findKeyProblem(key);
  if (problem === undefined) return key;
  throw new TxlogError('KEY_INVALID', `key: ${problem}`, { path: 'key' });
}

async function refuseBeyond(env: Environment, position: number): Promise<void> {
  const head = (await env.head()).position;
  if (position <= head) return;
  throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${position}: it ends at ${head}`);
}

/** A reservation changes as time passes, without a record. */
function versionOf({ position, pending }: StateReading): string {
  return pending?.expired ? `${position}-expired` : String(position);
}
