import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import * as environment from '../../shapes/schema/environment-schema.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import type { Schema } from '../../shapes/schema/schema-terms.ts';
import * as work from '../../shapes/schema/work-schema.ts';
import type { Route, RouteAnswer } from '../route/route.ts';

/** Schemas that stand once in the document, by their names. */
const components: Readonly<Record<string, Schema>> = {
  Accepted: log.accepted,
  HistoryEntry: log.history,
  Key: log.keyPage,
  Problem: log.problemDocument,
  Receipt: log.receipt,
  Record: log.record,
  Request: log.requestInput,
  Session: work.sessionPage,
  State: log.state,
  Status: environment.statusSchema,
  Transaction: log.transaction,
  Tree: log.linkedTree,
};

/**
 * The operations of a frontend as an OpenAPI document: made from the descriptions that validate what is asked. Source:
 * OpenAPI 3.1.1.
 */
export function makeOpenApi(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const route of routes) {
    const path = pathOf(route);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'txlog frontend',
      version: '1',
      description: 'Requests over HTTP, as `txlog serve` takes them. Fields may be added to what is answered.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, inside(schema)])),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** `/v1/states/*` is `/v1/states/{key}`, and `/v1/attachments/:digest` is `/v1/attachments/{digest}`. */
function pathOf({ path, parameters = {} }: Route): string {
  const [name] = Object.keys(parameters);
  return name === undefined ? path : path.replace(/\*|:\w+/, `{${name}}`);
}

function operationOf(route: Route): JsonObject {
  const { operation, summary, isOpen, parameters = {}, query = {}, headers = {}, body } = route;
  const all = [
    ...Object.entries(parameters).map(([name, schema]) => parameterOf('path', name, schema)),
    ...Object.entries(query).map(([name, schema]) => parameterOf('query', name, schema)),
    ...Object.entries(headers).map(([name, schema]) => parameterOf('header', name, schema)),
  ];
  return {
    operationId: operation,
    summary,
    ...(all.length > 0 && { parameters: all }),
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)])),
    // A frontend may want a token, or not.
    security: isOpen ? [] : [{}, { bearer: [] }],
  };
}

function parameterOf(place: 'path' | 'query' | 'header', name: string, schema: Schema): JsonObject {
  const { description, ...rest } = schema as { readonly description?: string };
  return {
    name,
    in: place,
    ...(place === 'path' && { required: true }),
    ...(description !== undefined && { description }),
    schema: refer(rest),
  };
}

function answerOf({ description, content }: RouteAnswer): JsonObject {
  return { description, ...(content && { content: contentOf(content) }) };
}

function contentOf(content: Readonly<Record<string, Schema>>): JsonObject {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: refer(schema) }]));
}

/** A schema, by its name where it has one. */
function refer(schema: unknown): JsonValue {
  const named = Object.entries(components).find(([, one]) => one === schema);
  return named ? { $ref: `#/components/schemas/${named[0]}` } : inside(schema);
}

function inside(schema: unknown): JsonValue {
  if (Array.isArray(schema)) return schema.map(refer);
  if (typeof schema !== 'object' || schema === null) return schema as JsonValue;
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, refer(value)]));
}
