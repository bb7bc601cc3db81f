import type { RecordFilter } from '../core/log/filter.ts';
import type { LongViewReader } from '../view/reader.ts';
import { countOutcome, countType } from '../view/scan.ts';
import { readPages } from './read-records.ts';

/** How many records pass a filter. A plain type or outcome is answered from the index's lengths. */
export async function countRecords(env: LongViewReader, filter: RecordFilter): Promise<number> {
  const { types, outcome, ...others } = filter;
  if (Object.values(others).every((value) => value === undefined)) {
    if (!types && !outcome) return env.read(({ head }) => head.position);
    if (types && !outcome)
      return env.read((cut) => [...new Set(types)].reduce((sum, type) => sum + countType(cut, type), 0));
    if (outcome && !types) return env.read((cut) => countOutcome(cut, outcome));
  }
  let count = 0;
  for await (const page of readPages(env, filter)) count += page.length;
  return count;
}
