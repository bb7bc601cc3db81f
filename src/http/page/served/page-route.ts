import type { FastifyRequest } from 'fastify';
import type { JsonObject } from '../../../core/base/json.ts';
import { oneOf, type Schema, text } from '../../../shapes/schema/schema-terms.ts';
import type { Frontend } from '../../frontend/frontend.ts';
import type { ServedRoute } from '../../route/route.ts';
import type { PageContent } from '../parts/shell.tsx';
import { sendPage } from './html-answer.tsx';

/** The answer of a page: itself, the JSON behind it, or where to look instead. */
export type PageAnswer = { readonly page: PageContent } | { readonly json: JsonObject } | { readonly goTo: string };

/** The wish of somebody who looks: a name of the path, and parameters of which those that are empty are left out. */
export interface PageAsked {
  readonly frontend: Frontend;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
}

/** A page by its path. `query` names its parameters: a form sends all of its fields, also empty ones. */
export function pageRoute(
  path: string,
  query: readonly string[],
  read: (asked: PageAsked) => Promise<PageAnswer>,
): ServedRoute {
  const terms: Record<string, Schema> = Object.fromEntries(['name', ...query].map((name) => [name, text]));
  return {
    method: 'GET',
    path,
    isPage: true,
    query: { ...terms, as: oneOf('json') },
    handle: async (frontend, request, reply) => {
      const answer = await read({ frontend, ...askedOf(request) });
      if ('json' in answer) return reply.send(answer.json);
      if ('goTo' in answer) return reply.code(303).header('location', answer.goTo).send();
      return sendPage(reply, answer.page, frontend.name);
    },
  };
}

function askedOf({ params, query }: FastifyRequest): Pick<PageAsked, 'name' | 'query'> {
  const filled = Object.entries(query as Readonly<Record<string, string>>).filter(([, value]) => value !== '');
  const asked = Object.fromEntries(filled);
  const { '*': name } = params as { readonly '*'?: string };
  return { name: name ?? asked.name ?? '', query: asked };
}
