import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Schema } from '../../shapes/schema/schema-terms.ts';
import type { Frontend } from '../frontend/frontend.ts';

/** An answer that a route gives: in words, and the schema of its body by its media type. */
export interface RouteAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Schema>>;
}

/** One path of the server, and how it is answered. */
export interface ServedRoute {
  readonly method: 'GET' | 'POST';
  /** As the server's library writes it: `/v1/states/*`. */
  readonly path: string;
  /** Parameters of the query. Others are refused. */
  readonly query?: Readonly<Record<string, Schema>>;
  /** Whether anyone may ask, of what a machine looks at. */
  readonly isOpen?: boolean;
  /** Whether people look at it: its errors are pages, too. */
  readonly isPage?: boolean;
  handle(frontend: Frontend, request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
}

/**
 * One operation of the frontend. The same description validates what is asked, and makes the OpenAPI document.
 */
export interface Route extends ServedRoute {
  /** Its name in the OpenAPI document, of which clients make functions. */
  readonly operation: string;
  readonly summary: string;
  /** Parameters of the path, by the names that the document gives them, in their order. */
  readonly parameters?: Readonly<Record<string, Schema>>;
  /** Headers that it looks at. */
  readonly headers?: Readonly<Record<string, Schema>>;
  /** The body that it takes, by media type. */
  readonly body?: Readonly<Record<string, Schema>>;
  readonly answers: Readonly<Record<string, RouteAnswer>>;
}
