import type { FastifyReply, FastifyRequest } from 'fastify';
import { present } from '../../core/base/assert.ts';
import { type Receipt, type Request, toReceiptJson } from '../../index.ts';
import { toAcceptedJson } from '../../shapes/request.ts';
import { flag } from '../../shapes/schema/schema-terms.ts';
import { statusOfReceipt } from '../answer/statuses.ts';
import { decideRequests } from '../frontend/decide-requests.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { RequestAnswer } from '../frontend/request-answer.ts';
import { readRequest } from '../route/asked.ts';
import type { JsonBody } from '../route/json-body.ts';
import { readPreferences } from '../route/preferences.ts';
import type { Route } from '../route/route.ts';
import { waitingFor } from '../route/waiting.ts';
import { outcomes, requestBody, requestHeaders, waitParameter } from './request-terms.ts';
import { ndjsonType, submitStream } from './submit-stream.ts';

/** `POST /v1/requests`: one request as JSON, or a stream of them as NDJSON. */
export const submitRoute: Route = {
  method: 'POST',
  path: '/v1/requests',
  operation: 'submitRequest',
  summary: 'Submits one request, or a stream of them: the receipt of each is the answer.',
  query: { ...waitParameter, 'dry-run': { ...flag, description: 'Decide one request as if, and write nothing.' } },
  headers: requestHeaders,
  body: requestBody,
  answers: outcomes,
  handle: async (frontend, request, reply) => {
    if (request.headers['content-type']?.startsWith(ndjsonType)) return submitStream(frontend, request, reply);
    return submitOne(frontend, request, reply);
  },
};

async function submitOne(frontend: Frontend, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { wait, 'dry-run': dryRun } = request.query as { readonly wait?: string; readonly 'dry-run'?: boolean };
  const preferences = readPreferences(request.headers.prefer as string | undefined, wait);
  const asked = readRequest(frontend, request, request.body as JsonBody);
  if (dryRun) return answerReceipt(await previewOne(frontend, asked), request, reply);
  if (!frontend.isDirect) await frontend.depths.refuseDeep([asked.type]);
  // A frontend that decides itself waits for nothing.
  const waiting = frontend.isDirect ? atOnce(frontend) : waitingFor(frontend, reply, preferences);
  try {
    const [decided] = await decideRequests(frontend, [asked], waiting);
    if (preferences.isAsync) reply.header('preference-applied', 'respond-async');
    return answer(await present(decided, 'decision'), request, reply);
  } finally {
    waiting.release();
  }
}

async function previewOne({ env }: Frontend, request: Request): Promise<Receipt> {
  const [answer] = await env.preview([request]);
  const decided = present(answer, 'answer');
  if (decided.type === 'error') throw decided.error;
  return { ...decided.receipt, dryRun: true };
}

function atOnce({ ending }: Frontend): ReturnType<typeof waitingFor> {
  return { until: ending, isAsync: false, release: () => {} };
}

function answer(decided: RequestAnswer, request: FastifyRequest, reply: FastifyReply): unknown {
  if ('error' in decided) throw decided.error;
  if ('accepted' in decided) {
    const { id } = decided.accepted;
    Object.assign(request.told, { id, outcome: 'accepted' });
    return reply
      .code(202)
      .header('location', `/v1/requests/${encodeURIComponent(id)}`)
      .header('retry-after', '1')
      .send(toAcceptedJson(decided.accepted));
  }
  return answerReceipt(decided.receipt, request, reply);
}

function answerReceipt(receipt: Receipt, request: FastifyRequest, reply: FastifyReply): unknown {
  const { id, outcome, position, rejection } = receipt;
  Object.assign(request.told, { id, outcome, position, ...(rejection && { code: rejection.code }) });
  return reply.code(statusOfReceipt(receipt)).send(toReceiptJson(receipt));
}
