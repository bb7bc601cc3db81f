import type { TxlogError } from '../../core/base/errors.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Answer, EnqueueAnswer, EnqueueOptions, Request } from '../../index.ts';

/** That nobody answered to a request, nor to those behind it: what became of them is not known. */
export interface Unanswered {
  readonly lost: TxlogError;
}

/** How many requests are taken. */
export interface TakeOptions {
  /** Nothing behind the first one that is refused: there may be fewer answers than requests. */
  readonly isStrict?: boolean;
  readonly atomic?: boolean;
  /** Once it aborts, nothing is tried again. */
  readonly signal?: AbortSignal;
}

/** Takes requests: an open environment, or a frontend. */
export interface Submitter extends Pick<Environment, 'check' | 'enqueue' | 'preview' | 'wait'> {
  readonly app: Pick<Environment['app'], 'map'>;
  submitChecked(requests: readonly Request[], options?: TakeOptions): Promise<readonly (Answer | Unanswered)[]>;
  /** Works on a copy, of which nothing is kept. */
  withFork<T>(work: (copy: Submitter) => Promise<T>): Promise<T>;
  enqueueChecked(
    requests: readonly Request[],
    options: EnqueueOptions & TakeOptions,
  ): Promise<readonly (EnqueueAnswer | Unanswered)[]>;
}
