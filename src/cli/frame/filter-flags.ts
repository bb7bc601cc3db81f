import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { RecordFilter } from '../../core/log/filter.ts';
import { compileWhere } from '../../index.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { timeText, zoneOf } from '../../text/time.ts';
import type { SharedCalls } from '../reach/reached.ts';
import { isLocalTime, nowIn, parseTime } from './point-in-log.ts';
import { wholeNumber } from './whole-number.ts';

const helpGroup = 'FILTER';

/** Flags that select records of the log, the same for every command; all that are given must hold. */
export const filterFlags = {
  type: Flags.string({
    summary: 'Select only records of this type. Can be repeated.',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'TYPE',
    helpGroup,
  }),
  status: Flags.option({
    summary: 'Select only records with this outcome.',
    options: ['committed', 'rejected'] as const,
    helpGroup,
  })(),
  key: Flags.string({
    summary: 'Select only records that change this key, or were rejected because of it.',
    helpValue: 'KEY',
    helpGroup,
  }),
  prefix: Flags.string({
    summary: 'Select only records with a key that starts with this.',
    helpValue: 'KEY',
    helpGroup,
  }),
  session: Flags.string({
    summary: 'Select only records of this session.',
    exclusive: ['key', 'prefix'],
    helpValue: 'ID',
    helpGroup,
  }),
  since: Flags.string({
    summary:
      'Select from this time on: 2026-01-31T12:00Z, 2026-01-31, 06:31, today, or 10m and 1h30m for so long ago. ' +
      'Local without a zone.',
    helpValue: 'TIME',
    helpGroup,
  }),
  until: Flags.string({
    summary: 'Select only what came before this time. Local without a zone.',
    helpValue: 'TIME',
    helpGroup,
  }),
  from: wholeNumber({ summary: 'Begin at this position.', min: 1, helpValue: 'POS', helpGroup }),
  to: wholeNumber({ summary: 'End at this position.', min: 1, helpValue: 'POS', helpGroup }),
  where: Flags.string({
    summary: 'Select by a condition in CEL: payload.amount > 5000 && actor == "web".',
    helpValue: 'EXPR',
    helpGroup,
  }),
};

/** The values of the flags above. */
export interface FilterValues {
  readonly type?: readonly string[] | undefined;
  readonly status?: 'committed' | 'rejected' | undefined;
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  readonly session?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly where?: string | undefined;
}

/**
 * The filter that the flags ask for. `now` is in ms since 1970.
 *
 * Errors: USAGE for a time that is none, FILTER_INVALID for a condition that cannot be, with its place.
 */
export async function toFilter(values: FilterValues, now: number): Promise<RecordFilter> {
  const { type, status, prefix, session, since, until, from, to, where } = values;
  const key = session === undefined ? values.key : sessionKey(session);
  if (from !== undefined && to !== undefined && from > to) {
    throw new TxlogError('FILTER_INVALID', `--from ${from} is after --to ${to}`);
  }
  const filter = {
    types: type,
    outcome: status,
    key,
    prefix,
    since: since === undefined ? undefined : parseTime(since, now),
    until: until === undefined ? undefined : parseTime(until, now),
    from,
    to,
    where: where === undefined ? undefined : await compileWhere(where),
  };
  if (filter.since !== undefined && filter.until !== undefined && filter.since >= filter.until) {
    throw new TxlogError('FILTER_INVALID', `--since ${since} is not before --until ${until}`);
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as RecordFilter;
}

/** As `toFilter`, by the time of an open environment, and with the id of a session for its beginning. Errors: ID_AMBIGUOUS. */
export async function filterIn(env: SharedCalls, values: FilterValues): Promise<RecordFilter> {
  return toFilter(await withWholeIds(env, values), await nowIn(env));
}

/** The values, with the id of a session for its beginning. Errors: ID_AMBIGUOUS. */
export async function withWholeIds<V extends FilterValues>(env: SharedCalls, values: V): Promise<V> {
  const session = await ifGiven(values.session, (id) => env.completeId(id, 'session'));
  return { ...values, ...given({ session }) };
}

/** Says what the times of the flags are where they name no zone; undefined where they all do. `now` in ms since 1970. */
export function zoneNote({ since, until }: FilterValues, now: number): string | undefined {
  const named = Object.entries({ since, until }).flatMap(([name, text]) => {
    if (text === undefined || !isLocalTime(text)) return [];
    const time = parseTime(text, now);
    return [`--${name} is ${timeText(time)}, in the zone ${zoneOf(time)}`];
  });
  return named.length === 0 ? undefined : named.join('\n');
}

/** The flags as one text, equal when they ask for the same; empty when none was given. */
export function filterText(values: FilterValues): string {
  const names = Object.keys(filterFlags) as (keyof FilterValues)[];
  const given = names.flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    const all = Array.isArray(value) ? [...value].sort() : [value];
    return all.map((one) => `--${name} ${shellQuote(String(one))}`);
  });
  return given.join(' ');
}
