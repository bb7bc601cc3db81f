import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { compileWhere, type RecordFilter } from '../../index.ts';

/** The parameters of a filter, as they were validated. */
export interface FilterQuery {
  readonly type?: readonly string[];
  readonly outcome?: 'committed' | 'rejected';
  readonly key?: string;
  readonly prefix?: string;
  readonly since?: string;
  readonly until?: string;
  readonly from?: number;
  readonly to?: number;
  readonly where?: string;
}

/** The filter that a query asks for. Errors: USAGE of a time that is none; FILTER_INVALID of a condition. */
export async function readFilter(query: FilterQuery): Promise<RecordFilter> {
  const { type: types, outcome, key, prefix, from, to, where } = query;
  const since = ifGiven(query.since, (text) => readInstant('since', text));
  const until = ifGiven(query.until, (text) => readInstant('until', text));
  const condition = where === undefined ? undefined : await compileWhere(where);
  return given({ types, outcome, key, prefix, since, until, from, to, where: condition });
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/i;

/** A time with its zone: that of the machine is nothing that a client knows. */
function readInstant(name: string, text: string): number {
  const time = instant.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new TxlogError('USAGE', `${name}: ${JSON.stringify(text)} is no time`, {
    hint: 'Times look like 2026-01-31T12:00:00Z.',
    path: name,
  });
}
