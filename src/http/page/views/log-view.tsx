import type { VNode } from 'preact';
import { TxlogError } from '../../../core/base/errors.ts';
import { given } from '../../../core/base/given.ts';
import type { StoredRecord } from '../../../index.ts';
import { type FilterQuery, readFilter } from '../../route/record-filter.ts';
import { FormField } from '../parts/form-field.tsx';
import { type LinkQuery, pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';

const recordsListed = 50;
const filters = ['type', 'outcome', 'key', 'prefix', 'where', 'since', 'until'] as const;
const path = '/ui/log';

type Filters = { readonly [name in (typeof filters)[number]]?: string };

/** `GET /ui/log`: records of the log that pass a filter, the newest first. */
export const logPage = pageRoute(path, [...filters, 'before'], async (asked) => readLogPage(asked));

async function readLogPage({ frontend: { env }, query }: PageAsked): Promise<PageAnswer> {
  const wanted: Filters = Object.fromEntries(filters.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const before = readBefore(query.before);
  const filter = await readFilter(filterOf(wanted));
  const found: StoredRecord[] = [];
  const range = given({ to: before === undefined ? undefined : before - 1 });
  for await (const record of env.records({ ...filter, ...range }, { reverse: true, limit: recordsListed + 1 }))
    found.push(record);
  const records = found.slice(0, recordsListed);
  const older = found.length > recordsListed ? records.at(-1)?.position : undefined;
  const body = <LogBody wanted={wanted} records={records} links={{ before, older }} />;
  const json = pathWith('/v1/log', { ...wanted, reverse: 'true', to: range.to });
  return { page: { title: 'Log', section: 'Log', json, isLive: before === undefined, body } };
}

function filterOf({ type, outcome, ...others }: Filters): FilterQuery {
  if (outcome !== undefined && outcome !== 'committed' && outcome !== 'rejected')
    throw new TxlogError('USAGE', 'outcome: it is committed or rejected', { path: 'outcome' });
  return given({
    ...others,
    outcome: outcome as FilterQuery['outcome'],
    type: type === undefined ? undefined : [type],
  });
}

/** Errors: USAGE. */
function readBefore(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const position = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(position) && position > 1) return position;
  throw new TxlogError('USAGE', 'before: it is no position with others before it', { path: 'before' });
}

function LogBody({
  wanted,
  records,
  links,
}: {
  readonly wanted: Filters;
  readonly records: readonly StoredRecord[];
  readonly links: { readonly before: number | undefined; readonly older: number | undefined };
}): VNode {
  const query: LinkQuery = { ...wanted };
  const { before, older } = links;
  return (
    <>
      <h1>Log</h1>
      <FilterForm wanted={wanted} />
      {records.length === 0 ? (
        <p class="quiet">No record passes.</p>
      ) : (
        <RecordTable records={records} caption="Records of the log, the newest first" />
      )}
      <Pager
        links={[
          { name: 'Newest', rel: 'first', href: before === undefined ? undefined : pathWith(path, query) },
          {
            name: 'Older',
            rel: 'next',
            href: older === undefined ? undefined : pathWith(path, { ...query, before: older }),
          },
        ]}
      />
    </>
  );
}

const more = [
  { name: 'prefix', label: 'Keys that begin with', placeholder: 'customer/' },
  { name: 'where', label: 'Condition (CEL)', placeholder: 'payload.amount > 5000' },
  { name: 'since', label: 'Since', placeholder: '2026-01-31T12:00:00Z' },
  { name: 'until', label: 'Until', placeholder: '2026-01-31T13:00:00Z' },
] as const;

function FilterForm({ wanted }: { readonly wanted: Filters }): VNode {
  const isOpen = more.some(({ name }) => wanted[name] !== undefined);
  return (
    <form class="filter" action={path} method="get" aria-label="Which records">
      <FormField name="type" label="Type" value={wanted.type} />
      <label>
        <span>Outcome</span>
        <select name="outcome">
          {['', 'committed', 'rejected'].map((one) => (
            <option key={one} value={one} selected={one === (wanted.outcome ?? '')}>
              {one === '' ? 'any' : one}
            </option>
          ))}
        </select>
      </label>
      <FormField name="key" label="Key" value={wanted.key} />
      <details open={isOpen}>
        <summary>More</summary>
        <div class="fields">
          {more.map(({ name, label, placeholder }) => (
            <FormField key={name} name={name} label={label} value={wanted[name]} placeholder={placeholder} />
          ))}
        </div>
      </details>
      <div class="buttons">
        <button type="submit">Show</button>
        {Object.keys(wanted).length > 0 && <a href={path}>All records</a>}
      </div>
    </form>
  );
}
