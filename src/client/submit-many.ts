import type { IncomingMessage } from 'node:http';
import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject, type JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Receipt } from '../core/log/receipt.ts';
import { parseJson } from '../layout/json-text.ts';
import type { Enqueued } from '../sessions/queue/enqueue.ts';
import type { FrontendCaller } from './call-frontend.ts';
import { isTemporary, noAnswer, toProblemError } from './problem-error.ts';
import { waitText } from './query.ts';
import { toAccepted, toReceipt } from './read-answers.ts';

/** The answer to one of many requests. */
export type RemoteAnswer =
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  | { readonly type: 'accepted'; readonly accepted: Extract<Enqueued, { readonly session: string }> }
  | { readonly type: 'error'; readonly error: TxlogError };

/** How many requests are submitted. */
export interface ManyOptions {
  /** Only puts them into their queues. */
  readonly isAsync?: boolean;
  /** None behind the first one that cannot be a request. */
  readonly isStrict?: boolean;
  /** How long nothing may be decided, in ms. Default 60,000. */
  readonly timeoutMs?: number;
  /** Once it aborts, nothing is sent again. */
  readonly signal?: AbortSignal;
}

/** Those that are answered, and why the rest is not. */
export interface ManyAnswers {
  readonly answers: readonly RemoteAnswer[];
  readonly lost?: TxlogError;
}

/**
 * Submits requests, each with its id, as one stream, in their order. Where the stream breaks off, those without an answer are sent
 * again, to whichever frontend there is then: each is decided once. Never rejects.
 */
export async function submitMany(
  caller: FrontendCaller,
  requests: readonly JsonObject[],
  options: ManyOptions,
): Promise<ManyAnswers> {
  const { signal, timeoutMs = limits.httpWaitMsMax } = options;
  const answers: RemoteAnswer[] = [];
  let moved = Date.now();
  for (let failed = 1; answers.length < requests.length; failed++) {
    const before = answers.length;
    const error = await sendRest(caller, requests.slice(before), {
      ...options,
      take: (answer) => answers.push(answer),
    });
    if (error === undefined && (answers.length === requests.length || isStopped(answers.at(-1), options))) break;
    if (answers.length > before) {
      failed = 1;
      moved = Date.now();
    }
    const why = error ?? noAnswer(new Error('the answers broke off'));
    if (signal?.aborted) return { answers, lost: why };
    if (why.code === 'WAIT_TIMEOUT' && Date.now() - moved < timeoutMs) continue;
    try {
      await caller.restAfter(why, failed, signal);
    } catch (lost) {
      return { answers, lost: lost instanceof TxlogError ? lost : why };
    }
  }
  return { answers };
}

function isStopped(last: RemoteAnswer | undefined, { isStrict = false }: ManyOptions): boolean {
  return isStrict && last?.type === 'error';
}

/** One stream: hands on the answers up to the first that is none yet. The error that ended it; undefined of one that ended by itself. */
async function sendRest(
  caller: FrontendCaller,
  requests: readonly JsonObject[],
  {
    isAsync = false,
    isStrict = false,
    timeoutMs = limits.httpWaitMsMax,
    take,
  }: ManyOptions & { take(answer: RemoteAnswer): void },
): Promise<TxlogError | undefined> {
  const prefer = [...(isAsync ? ['respond-async'] : []), ...(isStrict ? ['handling=strict'] : [])];
  try {
    const answer = await caller.open({
      method: 'POST',
      path: `/v1/requests${isAsync ? '' : `?wait=${waitText(timeoutMs)}`}`,
      body: `${requests.map((request) => JSON.stringify(request)).join('\n')}\n`,
      headers: { 'content-type': 'application/x-ndjson', ...(prefer.length > 0 && { prefer: prefer.join(', ') }) },
    });
    for await (const line of linesOf(answer)) {
      const read = toAnswer(line, isAsync);
      if (read instanceof TxlogError) return read;
      take(read);
    }
    return undefined;
  } catch (error) {
    return error instanceof TxlogError ? error : noAnswer(error);
  }
}

/** An answer; or why it is none yet, and the request is to be sent again. */
function toAnswer(line: string, isAsync: boolean): RemoteAnswer | TxlogError {
  const json = parseJson(line);
  if (!isJsonObject(json)) return noAnswer(new Error('a line is no answer'));
  if (json.outcome === 'accepted') {
    if (isAsync) return { type: 'accepted', accepted: toAccepted(json) };
    return new TxlogError('WAIT_TIMEOUT', `${json.id} is queued, and no worker has decided it`, {
      hint: 'It is decided once a worker runs: txlog work, or txlog serve --work N beside the environment.',
      next: [`txlog wait ${json.id}`],
    });
  }
  if (json.outcome !== undefined) return { type: 'receipt', receipt: toReceipt(json) };
  const error = toProblemError(json);
  if (!isTemporary(error)) return { type: 'error', error };
  // It is not that line which is wrong.
  const { line: _, ...standing } = json;
  return toProblemError(standing);
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  let held = '';
  for await (const part of answer) {
    const lines = `${held}${part}`.split('\n');
    held = lines.pop() ?? '';
    yield* lines;
  }
}
