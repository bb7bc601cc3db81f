import { present } from '../../core/assert.ts';
import { TxlogError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Environment } from '../../environment.ts';
import type { Answer } from '../../index.ts';
import type { BulkOptions, BulkSink } from './bulk.ts';
import type { Input } from './input.ts';
import { type Item, readItems } from './read-items.ts';

/**
 * Reads all of an input and has it decided together: each request sees what the ones before it would do.
 *
 * Units: at most `limits.atomicRequestsMax` requests.
 * Errors: REQUEST_TOO_LARGE, and that of the first line that cannot be submitted; nothing is logged then.
 */
export async function submitWhole(
  env: Environment,
  input: Input,
  sink: BulkSink,
  options: BulkOptions & { readonly dryRun: boolean; isStopped(): boolean },
): Promise<void> {
  const items = await collect(env, input, options);
  // Half of an input is not what was to be decided together.
  if (options.isStopped()) return;
  const requests = items.flatMap((item) => ('request' in item ? [item.request] : []));
  const answers = await (options.dryRun ? env.preview(requests) : env.submitChecked(requests, { atomic: true }));
  const rest: Iterator<Answer> = answers.values();
  for (const item of items) {
    const answer = 'error' in item ? item : present(rest.next().value as Answer, 'answer');
    if (!('error' in answer)) {
      await sink.receipt(options.dryRun ? { ...answer.receipt, dryRun: true } : answer.receipt);
      continue;
    }
    const error = answer.error.at(item.line);
    if (!options.keepGoing) throw error;
    await sink.failure(error);
  }
}

async function collect(env: Environment, input: Input, options: BulkOptions): Promise<Item[]> {
  const items: Item[] = [];
  try {
    for await (const lines of input.chunks()) {
      for (const line of lines) items.push(...readItems(env, options.mapping, line));
      const bad = options.keepGoing ? undefined : items.find((item) => 'error' in item);
      if (bad && 'error' in bad) throw bad.error;
      if (items.length > limits.atomicRequestsMax) throw tooMany();
    }
  } finally {
    input.stop();
  }
  return items;
}

function tooMany(): TxlogError {
  return new TxlogError(
    'REQUEST_TOO_LARGE',
    `more than ${limits.atomicRequestsMax} requests cannot be decided together, as --atomic and --dry-run do`,
    { hint: 'Nothing was submitted.', next: [`head -n ${limits.atomicRequestsMax} FILE | txlog submit - --dry-run`] },
  );
}
