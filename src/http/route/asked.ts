import type { FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/base/json.ts';
import type { Request } from '../../index.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { withKey, withOwnId } from './idempotency-key.ts';
import type { JsonBody } from './json-body.ts';
import { readSpan, readTraceId } from './trace-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Told by the log beside the usual. */
    told: Record<string, unknown>;
    /** The one who asks, where that is known. */
    actor: string | undefined;
    /** Claims of its token. */
    claims: JsonObject | undefined;
    /** When the token of the one who asks ends, in ms since 1970. */
    actorUntil: number | undefined;
  }
}

/**
 * The request that a client asks for, checked. Its id may come by a header, also by that of a balancer, which may then ask
 * another frontend; its actor and claims are those of the one who asks, where that is known; it belongs to the trace of its
 * caller, unless it says otherwise.
 *
 * Errors: those of `Environment.check`; REQUEST_INVALID when it names another id.
 */
export function readRequest({ env }: Frontend, request: FastifyRequest, { value, bytes }: JsonBody): Request {
  const { 'idempotency-key': key, 'txlog-request-id': own } = request.headers;
  return env.check(withOrigin(request, withOwnId(withKey(value, key), own)), bytes);
}

/** The same of one line of a stream. */
export function readLine(
  { env }: Frontend,
  request: FastifyRequest,
  { value, bytes, line }: JsonBody & { readonly line: number },
): Request {
  const own = request.headers['txlog-request-id'];
  return env.check(withOrigin(request, withOwnId(value, own && `${own}/${line}`)), bytes);
}

function withOrigin(request: FastifyRequest, value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const { traceparent } = request.headers;
  const links =
    traceparent === undefined
      ? {}
      : given({ correlation: readTraceId(traceparent), traceparent: readSpan(traceparent) });
  const traced: JsonObject = { ...links, ...value };
  const { actor, claims } = request;
  if (actor === undefined) return traced;
  if (value.actor !== undefined && value.actor !== actor)
    throw new TxlogError('REQUEST_INVALID', 'actor: the token is that of another one', { path: 'actor' });
  if (value.claims !== undefined)
    throw new TxlogError('REQUEST_INVALID', 'claims: those of the token count', { path: 'claims' });
  return { ...traced, actor, ...given({ claims }) };
}
