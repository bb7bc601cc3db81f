import { toTime } from '../../index.ts';
import { statusSchema } from '../../shapes/schema/environment-schema.ts';
import { position, shape, text, time, v } from '../../shapes/schema/schema-terms.ts';
import { countStuck } from '../../shapes/session-counts.ts';
import { toStatus, toStatusJson } from '../../shapes/status.ts';
import { afterParameters } from '../route/query-terms.ts';
import type { Route } from '../route/route.ts';
import { type SeenOptions, untilSeen } from '../route/seen-position.ts';
import { jsonAnswer } from './request-terms.ts';

/** `GET /v1/log/head`: the end of the log. */
export const headRoute: Route = {
  method: 'GET',
  path: '/v1/log/head',
  operation: 'getHead',
  summary: 'The end of the log, and the time by which the next request would be decided.',
  query: afterParameters,
  answers: { 200: jsonAnswer('The end of the log.', shape({ v, position, digest: text, now: time }, { time })) },
  handle: async (frontend, request, reply) => {
    await untilSeen(frontend, reply, request.query as SeenOptions);
    const { position, digest, time } = await frontend.env.head();
    const last = position === 0 ? {} : { time: toTime(time) };
    return reply.send({ v: 1, position: String(position), digest, ...last, now: toTime(frontend.env.now()) });
  },
};

/** `GET /v1/status`: how the environment stands. */
export const statusRoute: Route = {
  method: 'GET',
  path: '/v1/status',
  operation: 'getStatus',
  summary: 'How the environment stands: its log, keys, sessions, sagas, size and durability.',
  answers: { 200: jsonAnswer('The status, as `txlog status --json` prints it.', statusSchema) },
  handle: async ({ env }, _, reply) => {
    const [overview, types] = [await env.monitor.overview(), await env.monitor.types()];
    const { stuck, sagas } = overview;
    // Where it lies on the disk is no business of clients.
    const { dir: __, ...status } = toStatusJson(toStatus(overview, types), countStuck(stuck), sagas);
    return reply.send(status);
  },
};
