import { limits } from '../core/base/limits.ts';
import type { RecordFilter } from '../core/log/filter.ts';
import type { StoredRecord } from '../core/log/record.ts';

/** Which records a frontend is asked for: those of `txlog log`. */
export interface RemoteFilter extends Omit<RecordFilter, 'where'> {
  /** A condition in CEL, also as `compileWhere` makes it; a function of your own is asked here, of each record that comes. */
  readonly where?: string | ((record: StoredRecord) => boolean);
}

/** Parameters of a call; those without a value are left out. */
export type Query = Readonly<Record<string, ParameterValue | undefined>>;

/** The value of a parameter; one that has several stands there as often. */
export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[];

/** The parameters as the end of an address; empty when there are none. */
export function queryOf(query: Query): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) fields.append(name, String(one));
  }
  return fields.size === 0 ? '' : `?${fields}`;
}

/** A path with a name in it, whatever that consists of. */
export function pathOf(folder: string, name: string, query: Query = {}): string {
  return `/v1/${folder}/${encodeURIComponent(name)}${queryOf(query)}`;
}

/** The parameters of a filter. */
export function filterQuery({ types, outcome, key, prefix, from, to, since, until, where }: RemoteFilter): Query {
  return {
    ...{ type: types, outcome, key, prefix, from, to, where: conditionText(where) },
    since: since === undefined || since <= years.first ? undefined : toInstant(since),
    until: until === undefined || until > years.last ? undefined : toInstant(until),
  };
}

/** The condition that has to be asked here, as no frontend can. */
export function ownCondition({ where }: RemoteFilter): ((record: StoredRecord) => boolean) | undefined {
  return typeof where === 'function' && conditionText(where) === undefined ? where : undefined;
}

/** The text of a condition in CEL. */
function conditionText(where: RemoteFilter['where']): string | undefined {
  return typeof where === 'function' ? (where as { readonly text?: string }).text : where;
}

/** Years of four digits, in ms since 1970. */
const years = { first: Date.parse('0000-01-01T00:00:00Z'), last: Date.parse('9999-12-31T23:59:59.999Z') };

function toInstant(ms: number): string {
  return new Date(Math.max(years.first, Math.min(years.last, ms))).toISOString();
}

/** A frontend lets nobody wait for longer than its own bound; a client asks again. */
export function waitText(ms: number): string {
  return `${Math.max(1, Math.round(Math.min(ms, limits.httpWaitMsMax)))}ms`;
}
