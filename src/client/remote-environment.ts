import { timeOrderedIds } from '../clock/time-ordered-id.ts';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { RequestInput } from '../core/log/request.ts';
import type { Enqueued } from '../sessions/queue/enqueue.ts';
import type { RemovedSession } from '../sessions/queue/wait-for-session.ts';
import { pathOf, queryOf, waitText } from './query.ts';
import { toAccepted, toReceipt, toRemoved } from './read-answers.ts';
import { RemoteReading } from './remote-reading.ts';
import { type ManyAnswers, type ManyOptions, submitMany } from './submit-many.ts';
import { type UploadedFile, type UploadOptions, uploadFile } from './upload-file.ts';

/** How long a client waits for an outcome, and until when. */
export interface OutcomeOptions {
  /** Without it, `submit` waits for 60,000, and `wait` without end. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const idOf = timeOrderedIds(() => Date.now());

/**
 * An environment behind frontends, with the calls of an open one that make sense there. A call whose outcome is not known is
 * made again with the same id, so that a request is decided once.
 *
 * Errors: those of the environment, by their codes; SERVICE_FAILED when no frontend answers.
 */
export class RemoteEnvironment extends RemoteReading {
  /** A new time-ordered id, as a request gets that names none. */
  makeId(): string {
    return idOf();
  }

  /** Submits one request, and waits for its receipt. Errors: WAIT_TIMEOUT, while the request waits in its queue; SESSION_GONE. */
  async submit(input: RequestInput, options: OutcomeOptions = {}): Promise<Receipt> {
    const { timeoutMs = limits.httpWaitMsMax, signal } = options;
    const id = input.id ?? idOf();
    const until = Date.now() + timeoutMs;
    const path = `/v1/requests${queryOf({ wait: waitText(timeoutMs) })}`;
    const { status, json } = await this.caller.call({ method: 'POST', path, body: bodyOf(input, id), signal });
    if (status !== 202) return toReceipt(json);
    const left = Math.max(0, until - Date.now());
    const ended = await this.wait(id, { timeoutMs: left, ...given({ signal }) });
    if ('outcome' in ended) return { ...ended, duplicate: json.duplicate === true };
    throw new TxlogError('SESSION_GONE', `request ${id} was removed from its queue before it was decided`, {
      next: [`txlog inspect ${ended.position}`],
    });
  }

  /**
   * Submits requests in their order, and waits for their receipts, or until they are queued. Those without an answer, when no
   * frontend answers for too long, are told by `lost`: submit the rest again, with the same ids.
   */
  submitMany(inputs: readonly RequestInput[], options: ManyOptions = {}): Promise<ManyAnswers> {
    return submitMany(
      this.caller,
      inputs.map((input) => bodyOf(input, input.id ?? idOf())),
      options,
    );
  }

  /** Decides one request as if it were submitted now, and writes nothing. */
  async preview(input: RequestInput): Promise<Receipt> {
    const path = `/v1/requests${queryOf({ 'dry-run': true })}`;
    const body = bodyOf(input, input.id ?? idOf());
    return toReceipt((await this.caller.call({ method: 'POST', path, body })).json);
  }

  /** Puts one request into its queue: by its id, `wait` has the outcome. One that was decided before is answered with its receipt. */
  async enqueue(input: RequestInput, options: { readonly signal?: AbortSignal } = {}): Promise<Enqueued> {
    const body = bodyOf(input, input.id ?? idOf());
    const headers = { prefer: 'respond-async' };
    const { status, json } = await this.caller.call({
      ...{ method: 'POST', path: '/v1/requests', body, headers },
      ...options,
    });
    return status === 202 ? toAccepted(json) : { id: String(json.id), receipt: toReceipt(json) };
  }

  /** Uploads a file, of any size, as an attachment: it goes on where it broke off. Errors: INPUT_UNREADABLE. */
  async upload(file: string, options: UploadOptions = {}): Promise<UploadedFile> {
    return uploadFile(this.caller, file, options);
  }

  /** Waits until a request is decided, or a session is removed. Errors: WAIT_TIMEOUT, TRANSACTION_NOT_FOUND. */
  async wait(id: string, { timeoutMs, signal }: OutcomeOptions = {}): Promise<Receipt | RemovedSession> {
    const until = Date.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const left = Math.max(0, until - Date.now());
      const path = pathOf('outcomes', id, { wait: waitText(left) });
      const answer = await this.caller.call({ method: 'GET', path, signal }).catch((error) => {
        if (!(error instanceof TxlogError) || error.code !== 'WAIT_TIMEOUT') throw error;
        if (left > limits.httpWaitMsMax) return undefined;
        const message = `${id} was not done within ${(timeoutMs ?? 0) / 1_000} s`;
        throw new TxlogError('WAIT_TIMEOUT', message, error.details);
      });
      if (answer?.status === 200)
        return answer.json.outcome === undefined ? toRemoved(answer.json) : toReceipt(answer.json);
    }
  }
}

function bodyOf(input: RequestInput, id: string): JsonObject {
  return { ...input, id } as unknown as JsonObject;
}
