import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import type { Receipt } from '../../core/log/receipt.ts';
import { isEngineType } from '../../core/log/record.ts';
import type { Environment } from '../../environment/environment.ts';
import type { CompensateOptions, Progress, TransactionName } from '../../index.ts';
import { parsePosition } from '../frame/point-in-log.ts';

/** Transactions as the command line names them: in a plain word a number is a position, `ids` are ids in any case. */
export function toNames(words: readonly string[], ids: readonly string[]): TransactionName[] {
  return [...words.map((word) => parsePosition(word) ?? word), ...ids];
}

/** The same, with ids for their beginnings. Errors: ID_AMBIGUOUS. */
export function wholeNames(env: Environment, names: readonly TransactionName[]): Promise<readonly TransactionName[]> {
  return Promise.all(
    names.map(async (name) => (typeof name === 'number' ? name : env.completeId(name, 'transaction'))),
  );
}

/** The committed transactions that pass a filter, newest first: what came later is undone first. */
export async function selectTargets(
  env: Environment,
  filter: RecordFilter,
  onProgress?: Progress,
): Promise<TransactionName[]> {
  const positions: number[] = [];
  const head = (await env.head()).position;
  for await (const page of env.pages({ ...filter, outcome: 'committed' }, { reverse: true })) {
    onProgress?.(head - (page.at(-1)?.position ?? head), head);
    for (const { position, type } of page) if (!isEngineType(type)) positions.push(position);
    if (positions.length <= limits.plannedMax) continue;
    throw new TxlogError(
      'FILTER_INVALID',
      `the filter selects more than ${limits.plannedMax} transactions, too many for one plan`,
      {
        hint: 'Plan them in parts with --from and --to, the newest first.',
      },
    );
  }
  return positions;
}

/** Undoes transactions in the order given. All names are looked up before anything is done. */
export async function* compensateEach(
  env: Environment,
  names: readonly TransactionName[],
  options: CompensateOptions,
): AsyncGenerator<Receipt> {
  for (const name of names) await env.transaction(name);
  for (const name of names) yield await env.compensate(name, options);
}
