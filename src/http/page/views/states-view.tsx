import type { VNode } from 'preact';
import { TxlogError } from '../../../core/base/errors.ts';
import { given } from '../../../core/base/given.ts';
import type { StateReading } from '../../../index.ts';
import { formatCount, formatValue } from '../../../text/printable.ts';
import { DataTable } from '../parts/data-table.tsx';
import { NameLink, PositionLink } from '../parts/data-text.tsx';
import { FormField } from '../parts/form-field.tsx';
import { pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';
import { readPositionIn } from './read-position.ts';
import { readStatePage } from './state-view.tsx';

const statesListed = 50;
const valueColumns = 120;
const path = '/ui/states';

/** `GET /ui/states`: states in the order of their keys; all pages of a list are as of one position. */
export const statesPage = pageRoute(path, ['prefix', 'as-of', 'after', 'from'], async (asked) =>
  asked.name === '' ? readStatesPage(asked) : readStatePage(asked),
);

async function readStatesPage({ frontend: { env }, query }: PageAsked): Promise<PageAnswer> {
  const { prefix, after } = query;
  const head = (await env.head()).position;
  const asked = readPositionIn(query, 'as-of');
  const position = asked ?? head;
  if (position > head)
    throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${position}: it ends at ${head}`);
  const found: StateReading[] = [];
  const options = given({ prefix, after, asOf: asked, limit: statesListed + 1 });
  for await (const state of env.states(options)) found.push(state);
  const states = found.slice(0, statesListed);
  const last = found.length > statesListed ? states.at(-1)?.key : undefined;
  const body = (
    <>
      <h1>States</h1>
      <form class="filter" action={path} method="get" aria-label="Which states">
        <FormField name="prefix" label="Keys that begin with" value={prefix} placeholder="customer/" />
        <FormField name="as-of" label="As of position" value={query['as-of']} placeholder="now" />
        <div class="buttons">
          <button type="submit">Show</button>
        </div>
      </form>
      {states.length === 0 ? <p class="quiet">There are none.</p> : <StateTable states={states} />}
      <Pager
        links={[
          {
            name: 'First page',
            rel: 'first',
            href: after === undefined ? undefined : pathWith(path, { prefix, 'as-of': asked }),
          },
          { name: 'Next page', rel: 'next', href: last && pathWith(path, { prefix, 'as-of': position, after: last }) },
        ]}
      />
    </>
  );
  const json = pathWith('/v1/states', { prefix, 'as-of': asked });
  return {
    page: { title: 'States', section: 'States', json, isLive: asked === undefined && after === undefined, body },
  };
}

function StateTable({ states }: { readonly states: readonly StateReading[] }): VNode {
  return (
    <DataTable
      caption="States, in the order of their keys"
      columns={['Key', 'Value', ['Owner', 'wide'], ['Version', 'number wide'], ['Position', 'number wide']]}
    >
      {states.map(({ key, value, version, position, owner }) => (
        <tr key={key} data-key={key}>
          <th scope="row">
            <NameLink kind="states" name={key} />
          </th>
          <td class="value">
            <div class="clamp">{formatValue(value, valueColumns)}</div>
          </td>
          <td class="wide">{owner && <NameLink kind="transactions" name={owner.id} />}</td>
          <td class="number wide">{formatCount(version)}</td>
          <td class="number wide">
            <PositionLink position={position} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
