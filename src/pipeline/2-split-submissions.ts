import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { Request } from '../core/log/request.ts';
import { sizeOf, type Task } from './2-batch.ts';

/** Cuts tasks that need not be committed together into submissions of at most one batch each. */
export function splitSubmissions<T extends Task>(requests: readonly T[]): (readonly T[])[] {
  const submissions: T[][] = [[]];
  let bytes = 0;
  for (const request of requests) {
    let submission = submissions.at(-1) as T[];
    const isFull = submission.length >= limits.batchRecordsMax || bytes + sizeOf(request) > limits.batchBytesMax;
    if (isFull && submission.length > 0) {
      submission = [];
      submissions.push(submission);
      bytes = 0;
    }
    submission.push(request);
    bytes += sizeOf(request);
  }
  return submissions;
}

/** Passes an atomic unit on. Errors: REQUEST_TOO_LARGE when it is more than one transaction of LMDB should hold. */
export function refuseTooLarge(requests: readonly Request[]): readonly Request[] {
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
  if (requests.length <= limits.atomicRequestsMax && bytes <= limits.atomicBytesMax) return requests;
  throw new TxlogError(
    'REQUEST_TOO_LARGE',
    `one atomic unit has at most ${limits.atomicRequestsMax} requests of ${limits.atomicBytesMax} bytes; these are ${requests.length} of ${bytes}, or more`,
    {
      hint: 'Nothing was submitted. Split the input, or submit it without --atomic: each request is atomic by itself.',
    },
  );
}
