import { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import { checkRequest, type RequestInput } from '../../core/log/request.ts';
import type {
  Answer,
  EnqueueAnswer,
  Enqueued,
  ManyAnswers,
  ManyOptions,
  Receipt,
  RemoteAnswer,
  RemoteEnvironment,
  Request,
} from '../../index.ts';
import { noRehearsal } from '../reach/no-rehearsal.ts';
import type { Submitter, TakeOptions, Unanswered } from '../reach/submitter.ts';

/** Submits to a frontend. Requests are checked here as far as they can be without the app; it knows no mapping of its own. */
export class RemoteSubmitter implements Submitter {
  readonly app = {};
  private readonly env: RemoteEnvironment;
  /** Ends when all is answered that was sent, and tells whether no more is: another unit at the same time could overtake. */
  private last: Promise<boolean> = Promise.resolve(false);

  constructor(env: RemoteEnvironment) {
    this.env = env;
  }

  check(input: unknown, bytesKnown?: number): Request {
    return checkRequest(input, () => this.env.makeId(), bytesKnown);
  }

  wait: Submitter['wait'] = (id, options) => this.env.wait(id, options);

  enqueue(input: RequestInput): Promise<Enqueued> {
    return this.env.enqueue(toInput(this.check(input)));
  }

  async preview(requests: readonly Request[]): Promise<readonly Answer[]> {
    const receipts: Receipt[] = [];
    for (const request of requests) receipts.push(await this.env.preview(toInput(request)));
    return receipts.map((receipt) => ({ type: 'receipt', receipt }));
  }

  async submitChecked(requests: readonly Request[], options?: TakeOptions): Promise<readonly (Answer | Unanswered)[]> {
    const [only] = requests;
    // One alone is no line of a stream.
    if (!options && only && requests.length === 1) return [await this.submitOne(only)];
    const { isStrict = false, signal } = options ?? {};
    const { answers, lost } = await this.send(requests, { isAsync: false, isStrict, ...given({ signal }) });
    const told = answers.flatMap((answer): Answer[] => (answer.type === 'accepted' ? [] : [answer]));
    return lost ? [...told, { lost }] : told;
  }

  async enqueueChecked(
    requests: readonly Request[],
    { isStrict = false, signal }: TakeOptions,
  ): Promise<readonly (EnqueueAnswer | Unanswered)[]> {
    const { answers, lost } = await this.send(requests, { isAsync: true, isStrict, ...given({ signal }) });
    const told = answers.map((answer): EnqueueAnswer => {
      if (answer.type === 'error') return { error: answer.error };
      if (answer.type === 'accepted') return { enqueued: answer.accepted };
      return { enqueued: { id: answer.receipt.id, receipt: answer.receipt } };
    });
    return lost ? [...told, { lost }] : told;
  }

  private async submitOne(request: Request): Promise<Answer> {
    try {
      return { type: 'receipt', receipt: await this.env.submit(toInput(request)) };
    } catch (error) {
      if (error instanceof TxlogError) return { type: 'error', error };
      throw error;
    }
  }

  /** Only a directory can be copied. Errors: USAGE. */
  async withFork(): Promise<never> {
    throw noRehearsal();
  }

  private send(requests: readonly Request[], how: ManyOptions): Promise<ManyAnswers> {
    const sent = this.last.then(async (isStopped) => {
      if (isStopped) return { answers: [] };
      return this.env.submitMany(requests.map(toInput), how);
    });
    const isOver = ({ answers, lost }: ManyAnswers) =>
      lost !== undefined || (how.isStrict === true && answers.some(isError));
    this.last = sent.then(isOver, () => true);
    return sent;
  }
}

function isError({ type }: RemoteAnswer): boolean {
  return type === 'error';
}

/** A checked request as it is sent. */
function toInput({ bytes: _, actor, payload, changes, expect, ...rest }: Request): RequestInput {
  return {
    ...rest,
    ...given({ actor, payload }),
    ...(changes.length > 0 && { changes }),
    ...(expect.length > 0 && { expect }),
  };
}
