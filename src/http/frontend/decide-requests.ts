import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { Awaited, EnqueueAnswer, Request } from '../../index.ts';
import type { Frontend } from './frontend.ts';
import type { RequestAnswer } from './request-answer.ts';

/** How long clients wait for the outcome of what is queued. */
export interface Waiting {
  /** Aborted when they wait no more. */
  readonly until: AbortSignal;
  /** They do not want to wait at all: the log alone tells the outcome. */
  readonly isAsync: boolean;
}

/**
 * Has checked requests decided, in their order: at once, or by workers. Resolves when all are durable, each with a promise
 * of its own, which never rejects.
 *
 * Errors: those of the storage, when nothing is known of any of them.
 */
export async function decideRequests(
  frontend: Frontend,
  requests: readonly Request[],
  waiting: Waiting,
): Promise<readonly Promise<RequestAnswer>[]> {
  const answers = await (frontend.isDirect ? decideNow(frontend, requests) : queueAll(frontend, requests, waiting));
  return answers.map(async (promise, i) => {
    const answer = await promise;
    frontend.metrics.decided(present(requests[i], 'request').type, answer);
    return answer;
  });
}

async function decideNow(
  { calls }: Frontend,
  requests: readonly Request[],
): Promise<readonly Promise<RequestAnswer>[]> {
  const answers = await calls.submit(requests);
  return answers.map(async (answer) =>
    answer.type === 'receipt' ? { receipt: answer.receipt } : { error: answer.error },
  );
}

async function queueAll(
  { calls, responses }: Frontend,
  requests: readonly Request[],
  { until, isAsync }: Waiting,
): Promise<readonly Promise<RequestAnswer>[]> {
  // Before they are queued, so that no response comes too early.
  const waits = isAsync ? [] : requests.map(({ id }) => responses.await(id));
  let answers: readonly EnqueueAnswer[];
  try {
    answers = await (isAsync ? calls.enqueueAsync(requests) : calls.enqueue(requests));
  } catch (error) {
    for (const wait of waits) wait.stop();
    throw error;
  }
  return answers.map((answer, i) => {
    const request = present(requests[i], 'request');
    return outcomeOf(answer, { request, wait: waits[i], until });
  });
}

async function outcomeOf(
  { enqueued, error }: EnqueueAnswer,
  asked: { readonly request: Request; readonly wait: Awaited | undefined; readonly until: AbortSignal },
): Promise<RequestAnswer> {
  const { request, wait, until } = asked;
  try {
    if (error) return { error };
    if ('receipt' in enqueued) return { receipt: enqueued.receipt };
    if (!wait) return { accepted: enqueued };
    // The first one who asked gets the response, and the request may name another queue itself.
    if (enqueued.duplicate || request.respond !== undefined) wait.comesElsewhere();
    const outcome = await beforeAbort(wait.outcome, until);
    if (outcome === undefined) return { accepted: enqueued };
    if ('outcome' in outcome) return { receipt: { ...outcome, duplicate: enqueued.duplicate } };
    return { error: removedUndecided(request.id) };
  } finally {
    wait?.stop();
  }
}

/** The error of a request that somebody took out of its queue. */
export function removedUndecided(id: string): TxlogError {
  return new TxlogError('SESSION_GONE', `request ${id} was removed from its queue before it was decided`, {
    hint: 'This id cannot be queued again: use another one.',
  });
}

/** The value of a promise, or undefined once the signal is aborted. */
async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
