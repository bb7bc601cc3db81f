import { limits } from '../../core/base/limits.ts';
import { toReceiptJson } from '../../index.ts';
import { toRemovedJson } from '../../shapes/removed-session.ts';
import * as log from '../../shapes/schema/log-schema.ts';
import { either, flag, shape, text, v } from '../../shapes/schema/schema-terms.ts';
import { removed } from '../../shapes/schema/work-schema.ts';
import { readWait } from '../route/preferences.ts';
import type { Route } from '../route/route.ts';
import { waitingFor } from '../route/waiting.ts';
import { jsonAnswer, problemAnswer, waitParameter } from './request-terms.ts';

/** `GET /v1/outcomes/{id}`: waits for the end of a request or a session. */
export const workOutcomeRoute: Route = {
  method: 'GET',
  path: '/v1/outcomes/*',
  operation: 'awaitOutcome',
  summary: 'Waits until a request is decided, or a session is removed, as `txlog wait` does.',
  parameters: { id: text },
  query: waitParameter,
  answers: {
    200: jsonAnswer('The receipt; or when the session was removed.', either(log.receipt, removed)),
    202: jsonAnswer('This frontend stops: ask another one.', shape({ v, id: text, waiting: flag })),
    404: problemAnswer('There never was such a request or session.'),
    504: problemAnswer('It has not ended in time.'),
  },
  handle: async (frontend, request, reply) => {
    const { '*': id } = request.params as { readonly '*': string };
    const { wait } = request.query as { readonly wait?: string };
    const waitMs = wait === undefined ? limits.httpWaitMs : readWait(wait);
    const waiting = waitingFor(frontend, reply, { isAsync: true, waitMs });
    try {
      const ended = await frontend.env.wait(id, { timeoutMs: waitMs, signal: waiting.until });
      return reply.send('outcome' in ended ? toReceiptJson(ended) : toRemovedJson(ended));
    } catch (error) {
      if (!waiting.until.aborted) throw error;
      return reply.code(202).header('retry-after', '1').send({ v: 1, id, waiting: true });
    } finally {
      waiting.release();
    }
  },
};
