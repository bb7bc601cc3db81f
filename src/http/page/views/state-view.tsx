import type { VNode } from 'preact';
import { TxlogError } from '../../../core/base/errors.ts';
import { findKeyProblem } from '../../../core/base/key.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { StateReading } from '../../../index.ts';
import { type KeyEntry, type ReadKeyPage, readKeyPage } from '../../../pages/key.ts';
import { formatCount, formatValue, printable } from '../../../text/printable.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Badge, Fact, JsonBlock, Name, NameLink, PositionLink, Time } from '../parts/data-text.tsx';
import { FormField } from '../parts/form-field.tsx';
import { contractJson, pathTo, pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';
import { readPositionIn } from './read-position.ts';

const entriesListed = 25;
const valueColumns = 60;

/** `GET /ui/states/{key}`: one state, now or in the past, and all that was done to it. */
export const namedStatePage = pageRoute('/ui/states/*', ['as-of', 'from'], async (asked) => readStatePage(asked));

/** Reads the page of a key. Errors: KEY_INVALID, KEY_NOT_FOUND, POSITION_NOT_FOUND, USAGE. */
export async function readStatePage({ frontend: { env }, name, query }: PageAsked): Promise<PageAnswer> {
  const problem = findKeyProblem(name);
  if (problem !== undefined) throw new TxlogError('KEY_INVALID', `key: ${problem}`, { path: 'key' });
  const asOf = readPositionIn(query, 'as-of');
  const from = readPositionIn(query, 'from');
  const page = await readKeyPage(env, name, { from, limit: entriesListed });
  const state = asOf === undefined ? page.state : await stateAt(env, name, asOf);
  const body = <StateBody page={page} state={state} asOf={asOf} from={from} />;
  const json = state ? pathWith(contractJson('states', name), { 'as-of': asOf }) : contractJson('history', name);
  const isLive = asOf === undefined && from === undefined;
  return { page: { title: `State ${name}`, section: 'States', json, isLive, body } };
}

async function stateAt(env: Environment, key: string, asOf: number): Promise<StateReading | undefined> {
  const { position } = await env.head();
  if (asOf > position)
    throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${asOf}: it ends at ${position}`);
  return env.get(key, { asOf });
}

interface Shown {
  readonly page: ReadKeyPage;
  readonly state: StateReading | undefined;
  readonly asOf: number | undefined;
  readonly from: number | undefined;
}

function StateBody({ page, state, asOf, from }: Shown): VNode {
  const { key, entries, earlier, next, rejections } = page;
  const own = pathTo('states', key);
  return (
    <>
      <h1>
        State <Name text={key} />
      </h1>
      <form class="filter" action={own} method="get" aria-label="As of when">
        <FormField
          name="as-of"
          label="As of position"
          value={asOf === undefined ? undefined : `${asOf}`}
          placeholder="now"
        />
        <div class="buttons">
          <button type="submit">Show</button>
          {asOf !== undefined && <a href={own}>Now</a>}
        </div>
      </form>
      {state === undefined ? <p>It has neither a value nor an owner.</p> : <Standing state={state} />}
      <h2>History</h2>
      {entries.length === 0 ? <p class="quiet">Nothing was ever done to it.</p> : <HistoryTable entries={entries} />}
      <Pager
        links={[
          { name: 'Oldest', rel: 'first', href: earlier ? pathWith(own, { from: 1 }) : undefined },
          { name: 'Later', rel: 'next', href: next === undefined ? undefined : pathWith(own, { from: next }) },
          { name: 'Newest', href: from === undefined ? undefined : own },
          { name: 'History as JSON', href: contractJson('history', key) },
        ]}
      />
      {rejections.length > 0 && (
        <>
          <h2>Refused for it lately</h2>
          <RecordTable records={rejections} caption="Requests that were refused for this key" />
        </>
      )}
    </>
  );
}

function Standing({ state }: { readonly state: StateReading }): VNode {
  const { kind, value, version, position, owner, pending } = state;
  return (
    <>
      <JsonBlock value={value ?? null} />
      <dl class="facts">
        <Fact label="Kind">{kind}</Fact>
        <Fact label="Version">{formatCount(version)}</Fact>
        <Fact label="Position">
          <PositionLink position={position} />
        </Fact>
        {owner && (
          <Fact label="Owner">
            <NameLink kind="transactions" name={owner.id} />
          </Fact>
        )}
        {pending && (
          <Fact label="To be confirmed until">
            <Time ms={pending.until} /> {pending.expired && <Badge level="warn">ran out</Badge>}
          </Fact>
        )}
      </dl>
    </>
  );
}

function HistoryTable({ entries }: { readonly entries: readonly KeyEntry[] }): VNode {
  return (
    <DataTable
      caption="What was done to it, oldest first"
      columns={[['Position', 'number'], 'Time (UTC)', 'Request', ['Operations', 'wide'], ['Before', 'wide'], 'After']}
    >
      {entries.map(({ position, time, id, ops, before, after, compensatedBy }) => (
        <tr key={position} data-key={position}>
          <td class="number">
            <PositionLink position={position} />
          </td>
          <td class="nowrap">
            <Time ms={time} />
          </td>
          <td>
            <NameLink kind="transactions" name={id} />
            {compensatedBy !== undefined && (
              <>
                {' '}
                <Badge level="warn">undone</Badge>
              </>
            )}
          </td>
          <td class="wide">{ops.join(', ')}</td>
          <td class="value wide">{textOf(before)}</td>
          <td class="value">{textOf(after)}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function textOf(state: StateReading | undefined): string {
  if (state === undefined) return '(none)';
  const owner = state.owner === undefined ? '' : `, owned by ${printable(state.owner.id)}`;
  return `${formatValue(state.value, valueColumns)}${owner}`;
}
