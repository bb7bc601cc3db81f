import * as log from '../../shapes/schema/log-schema.ts';
import { either, type Schema, text } from '../../shapes/schema/schema-terms.ts';
import { problemType } from '../answer/problem-answer.ts';
import type { Route, RouteAnswer } from '../route/route.ts';
import { ndjsonType } from './submit-stream.ts';

const json = (schema: Schema) => ({ 'application/json': schema });

/** An answer that is a problem document. */
export function problemAnswer(description: string): RouteAnswer {
  return { description, content: { [problemType]: log.problemDocument } };
}

/** An answer that is JSON. */
export function jsonAnswer(description: string, schema: Schema): RouteAnswer {
  return { description, content: json(schema) };
}

/** How long to wait, as a parameter. */
export const waitParameter = {
  wait: { ...text, description: 'How long to wait for the outcome: 500ms, 10s, 1m; at most a minute.' },
};

/** Headers of a request that is submitted. */
export const requestHeaders: NonNullable<Route['headers']> = {
  'Idempotency-Key': { ...text, description: 'The id of the request, in place of its field `id`.' },
  Prefer: {
    ...text,
    description:
      '`respond-async`: answer once it is queued. `wait=SECONDS`: wait no longer. `handling=strict`: take nothing of a stream behind the first line that is no request.',
  },
  'Txlog-Request-Id': {
    ...text,
    description: 'The id of a request that names none, made by a balancer. Of line N of a stream it is this and /N.',
  },
  traceparent: {
    ...text,
    description: 'The span that the request belongs to; its trace is the correlation of a request that names none.',
  },
};

/** The body of a client that submits. */
export const requestBody: NonNullable<Route['body']> = {
  'application/json': log.requestInput,
  [ndjsonType]: { ...log.requestInput, description: 'One request a line.' },
};

/** The answers to a request that is submitted. */
export const outcomes: Route['answers'] = {
  200: {
    description: 'Committed: the receipt. To a stream: one line for each request, in their order.',
    content: { ...json(log.receipt), [ndjsonType]: either(log.receipt, log.accepted, log.problemDocument) },
  },
  202: jsonAnswer('Queued, and not decided yet: `Location` tells where to look.', log.accepted),
  400: problemAnswer('It is no request.'),
  403: jsonAnswer('Rejected with DENIED: the receipt.', log.receipt),
  409: {
    description: 'Rejected because of the states as they are: the receipt. Or the id is that of another request.',
    content: { ...json(log.receipt), [problemType]: log.problemDocument },
  },
  413: problemAnswer('It is too large.'),
  415: problemAnswer('The body is neither JSON nor NDJSON, or is compressed.'),
  422: {
    description: 'Rejected by the app, or for what it holds: the receipt. Or the payload does not fit its schema.',
    content: { ...json(log.receipt), [problemType]: log.problemDocument },
  },
  503: problemAnswer('Not now: ask again with the same id, after `Retry-After`.'),
};
