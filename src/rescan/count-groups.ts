import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import type { RecordFilter } from '../core/log/filter.ts';
import { keysOf, type StoredRecord } from '../core/log/record.ts';
import type { LongViewReader, Progress } from '../view/reader.ts';
import { readPages } from './read-records.ts';

/** Fields that records can be counted by. Hours and days are those of UTC; a record counts once for each of its keys. */
export const groupFields = ['type', 'outcome', 'actor', 'key', 'hour', 'day', 'correlation'] as const;

/** One of the fields above. */
export type GroupField = (typeof groupFields)[number];

/** The records with these values, in the order of the fields; null is the absence of a value. */
export interface RecordGroup {
  readonly values: readonly (string | null)[];
  readonly count: number;
}

/** How many records there are of each group, and in all. */
export interface GroupCounts {
  readonly groups: readonly RecordGroup[];
  readonly records: number;
}

const msOf = { hour: 3_600_000, day: 86_400_000 } as const;

const readers: Readonly<Record<Exclude<GroupField, 'key'>, (record: StoredRecord) => string | null>> = {
  type: ({ type }) => type,
  outcome: ({ outcome }) => outcome,
  actor: ({ actor }) => actor ?? null,
  correlation: ({ correlation }) => correlation ?? null,
  hour: ({ time }) => startOf(time, msOf.hour),
  day: ({ time }) => startOf(time, msOf.day),
};

/** The start of the hour or day that a time is in, RFC 3339. */
function startOf(time: number, ms: number): string {
  return new Date(time - (time % ms)).toISOString();
}

/**
 * Counts the records that pass a filter by some of their fields, in one pass. Where there are hours or days they come in
 * their order; else the largest group comes first.
 *
 * Errors: FILTER_INVALID for more groups than `limits.groupsMax`.
 */
export async function countGroups(
  env: LongViewReader,
  filter: RecordFilter,
  { by, onProgress }: { readonly by: readonly GroupField[]; readonly onProgress?: Progress },
): Promise<GroupCounts> {
  const counts = new Map<string, { readonly values: readonly (string | null)[]; count: number }>();
  let records = 0;
  for await (const page of readPages(env, filter, onProgress ? { onProgress } : {})) {
    records += page.length;
    for (const record of page) {
      for (const values of valuesOf(record, by)) {
        // No name holds a control character.
        const name = values.map((value) => value ?? '\u0001').join('\u0000');
        const known = counts.get(name);
        if (known) known.count += 1;
        else counts.set(name, { values, count: 1 });
      }
    }
    if (counts.size > limits.groupsMax) throw tooMany(by);
  }
  const isTimed = by.map((field) => field === 'hour' || field === 'day');
  return { groups: [...counts.values()].sort((a, b) => inOrder(a, b, isTimed)), records };
}

function valuesOf(record: StoredRecord, by: readonly GroupField[]): readonly (readonly (string | null)[])[] {
  const plain = (key: string | null) => by.map((field) => (field === 'key' ? key : readers[field](record)));
  if (!by.includes('key')) return [plain(null)];
  const keys = [...keysOf(record)];
  return keys.length === 0 ? [plain(null)] : keys.map(plain);
}

function inOrder(a: RecordGroup, b: RecordGroup, isTimed: readonly boolean[]): number {
  for (const [i, timed] of isTimed.entries()) {
    const order = timed ? compare(a.values[i], b.values[i]) : 0;
    if (order !== 0) return order;
  }
  if (a.count !== b.count) return b.count - a.count;
  for (const i of isTimed.keys()) {
    const order = compare(a.values[i], b.values[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: string | null | undefined, b: string | null | undefined): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;
}

function tooMany(by: readonly GroupField[]): TxlogError {
  return new TxlogError('FILTER_INVALID', `there are more than ${limits.groupsMax} groups by ${by.join(', ')}`, {
    hint: 'Select fewer records, for example with --prefix or --since, or count by fewer fields.',
    next: ['txlog log count --help'],
  });
}
