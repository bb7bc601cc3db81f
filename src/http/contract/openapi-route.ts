import type { Route } from '../route/route.ts';
import { makeOpenApi } from './openapi.ts';

/** `GET /v1/openapi.json`: the contract of these routes, and of itself. */
export function openApiRoute(routes: readonly Route[]): Route {
  let text: string | undefined;
  const route: Route = {
    method: 'GET',
    path: '/v1/openapi.json',
    operation: 'getOpenApi',
    summary: 'This document.',
    isOpen: true,
    answers: { 200: { description: 'An OpenAPI document.', content: { 'application/json': { type: 'object' } } } },
    handle: async (_, __, reply) => {
      text ??= JSON.stringify(makeOpenApi([...routes, route]));
      return reply.type('application/json').send(text);
    },
  };
  return route;
}
