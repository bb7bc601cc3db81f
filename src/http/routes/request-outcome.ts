import type { FastifyReply } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { sessionIn, sessionKey } from '../../core/fold/session.ts';
import { type Receipt, receiptOf } from '../../core/log/receipt.ts';
import { toReceiptJson } from '../../index.ts';
import { type Accepted, toAcceptedJson } from '../../shapes/request.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { text } from '../../shapes/schema/schema-terms.ts';
import { removedUndecided } from '../frontend/decide-requests.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { requestThemes } from '../frontend/queue-depths.ts';
import { readWait } from '../route/preferences.ts';
import type { Route } from '../route/route.ts';
import { waitingFor } from '../route/waiting.ts';
import { jsonAnswer, problemAnswer, waitParameter } from './request-terms.ts';

/** `GET /v1/requests/{id}`: the outcome of a request, whichever way it came. */
export const outcomeRoute: Route = {
  method: 'GET',
  path: '/v1/requests/*',
  operation: 'getRequest',
  summary: 'The receipt of a request; or that it still waits in its queue.',
  parameters: { id: text },
  query: waitParameter,
  answers: {
    200: jsonAnswer('The receipt, also of a rejected request.', log.receipt),
    202: jsonAnswer('Queued, and not decided yet.', log.accepted),
    404: problemAnswer('There never was a request of this id.'),
    410: problemAnswer('Somebody removed it from its queue before it was decided.'),
  },
  handle: async (frontend, request, reply) => {
    const { '*': id } = request.params as { readonly '*': string };
    const { wait } = request.query as { readonly wait?: string };
    const found = await findStanding(frontend, id);
    const asked = { id, waitMs: wait === undefined ? 0 : readWait(wait) };
    const receipt = 'receipt' in found || asked.waitMs === 0 ? undefined : await outcomeOf(frontend, reply, asked);
    if ('receipt' in found) return reply.send(toReceiptJson(found.receipt));
    if (receipt) return reply.send(toReceiptJson(receipt));
    return reply.code(202).header('retry-after', '1').send(toAcceptedJson(found.accepted));
  },
};

/** Whether a request is decided or waits, at one moment. Errors: TRANSACTION_NOT_FOUND; SESSION_GONE of one that was removed. */
async function findStanding({ env }: Frontend, id: string): Promise<{ receipt: Receipt } | { accepted: Accepted }> {
  const { durability } = env.handle.storage;
  const found = await env.read((cut) => {
    const position = cut.positionOf(id);
    const record = position === undefined ? undefined : cut.record(position);
    const state = record ? undefined : cut.state(sessionKey(id));
    const session = sessionIn(state);
    const isQueued = session !== undefined && cut.themes().nameOf(session.theme)?.startsWith(requestThemes);
    return { record, state, session: isQueued ? session : undefined };
  });
  if (found.record) return { receipt: receiptOf(found.record, true, durability) };
  if (found.session) {
    const { created: position, createdAt: time } = found.session;
    return { accepted: { id, session: id, position, time, duplicate: true, durability } };
  }
  if (found.state && !found.state.exists) throw removedUndecided(id);
  throw new TxlogError('TRANSACTION_NOT_FOUND', `no request ${id} was ever processed or queued`);
}

async function outcomeOf(
  frontend: Frontend,
  reply: FastifyReply,
  { id, waitMs }: { readonly id: string; readonly waitMs: number },
) {
  const waiting = waitingFor(frontend, reply, { isAsync: false, waitMs });
  try {
    const outcome = await frontend.env.wait(id, { timeoutMs: waitMs, signal: waiting.until });
    if ('removed' in outcome) throw removedUndecided(id);
    return outcome;
  } catch (error) {
    const isOver = waiting.until.aborted || (error instanceof TxlogError && error.code === 'WAIT_TIMEOUT');
    if (isOver) return undefined;
    throw error;
  } finally {
    waiting.release();
  }
}
