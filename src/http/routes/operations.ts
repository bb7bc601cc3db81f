import { toReadinessJson } from '../../shapes/readiness.ts';
import { flag, listOf, shape, text, v } from '../../shapes/schema/schema-terms.ts';
import { findUnready } from '../frontend/readiness.ts';
import type { Route } from '../route/route.ts';
import { jsonAnswer } from './request-terms.ts';

const readiness = shape({ v, ready: flag, problems: listOf(shape({ code: text, reason: text })) });

/** `GET /healthz`: the process answers. */
export const healthRoute: Route = {
  method: 'GET',
  path: '/healthz',
  operation: 'getHealth',
  summary: 'Whether the process answers at all. One that does not is to be started anew.',
  isOpen: true,
  answers: { 200: { description: 'It does.', content: { 'text/plain': text } } },
  handle: async (_, __, reply) => reply.type('text/plain').send('ok\n'),
};

/** `GET /readyz`: a balancer may send requests. */
export const readyRoute: Route = {
  method: 'GET',
  path: '/readyz',
  operation: 'getReadiness',
  summary: 'Whether the frontend takes requests now, and why it does not. A balancer looks here.',
  isOpen: true,
  answers: {
    200: jsonAnswer('It takes requests.', readiness),
    503: jsonAnswer('It does not, for these reasons.', readiness),
  },
  handle: async (frontend, _, reply) => {
    const problems = await findUnready(frontend);
    return reply.code(problems.length === 0 ? 200 : 503).send(toReadinessJson(problems));
  },
};

/** `GET /metrics`: measurements for Prometheus. */
export const metricsRoute: Route = {
  method: 'GET',
  path: '/metrics',
  operation: 'getMetrics',
  summary: 'Measurements, in the text format of Prometheus.',
  answers: { 200: { description: 'All measurements.', content: { 'text/plain': text } } },
  handle: async ({ metrics }, _, reply) => {
    const { type, body } = await metrics.text();
    return reply.type(type).send(body);
  },
};
