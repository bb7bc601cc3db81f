import { present } from '../../core/base/assert.ts';
import { limits } from '../../core/base/limits.ts';
import type { Answer } from '../../index.ts';
import type { Input } from '../frame/open-input.ts';
import type { Submitter, Unanswered } from '../reach/submitter.ts';
import type { BulkOptions, BulkSink } from './bulk-submit.ts';
import { type LoadItem, readItems } from './read-items.ts';

/**
 * Reads all of an input and submits it as one atomic unit.
 *
 * Units: at most `limits.atomicRequestsMax` requests of `limits.atomicBytesMax` bytes.
 * Errors: REQUEST_TOO_LARGE, and that of the first line that cannot be submitted; nothing is logged then.
 */
export async function submitAtomic(
  env: Submitter,
  { input, sink }: { readonly input: Input; readonly sink: BulkSink },
  options: BulkOptions & { isStopped(): boolean },
): Promise<void> {
  const items = await collect(env, input, options);
  // Half of an input is not what was to be committed together.
  if (options.isStopped()) return;
  const requests = items.flatMap((item) => ('request' in item ? [item.request] : []));
  const answers = await env.submitChecked(requests, { atomic: true });
  const rest: Iterator<Answer | Unanswered> = answers.values();
  for (const item of items) {
    const answer = 'error' in item ? item : present(rest.next().value as Answer | Unanswered, 'answer');
    if ('lost' in answer) throw answer.lost;
    if (!('error' in answer)) {
      await sink.receipt(answer.receipt);
      continue;
    }
    const error = answer.error.at(item.line);
    if (!options.keepGoing) throw error;
    await sink.failure(error);
  }
}

async function collect(env: Submitter, input: Input, options: BulkOptions): Promise<LoadItem[]> {
  const items: LoadItem[] = [];
  let count = 0;
  let bytes = 0;
  try {
    // The engine refuses what is too much for one unit, without the rest of it in memory.
    for await (const lines of input.chunks()) {
      for (const item of lines.flatMap((line) => readItems(env, options.mapping, line))) {
        if ('error' in item && !options.keepGoing) throw item.error;
        items.push(item);
        if (!('request' in item)) continue;
        count += 1;
        bytes += item.request.bytes;
      }
      if (count > limits.atomicRequestsMax || bytes > limits.atomicBytesMax) break;
    }
  } finally {
    input.stop();
  }
  return items;
}
