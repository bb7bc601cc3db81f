import type { VNode } from 'preact';
import { sagaOfTheme } from '../../../core/app/saga.ts';
import { given } from '../../../core/base/given.ts';
import { asSession, sessionKey } from '../../../core/fold/session.ts';
import { requestOfResponse } from '../../../core/log/response-id.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { Data, SessionReading } from '../../../index.ts';
import { readSessionPage, type SessionPage, type SessionStepEntry, sessionAfter } from '../../../pages/session.ts';
import { toSessionPageJson } from '../../../shapes/session.ts';
import { formatCount, plural, printable } from '../../../text/printable.ts';
import { requestThemes } from '../../frontend/queue-depths.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Fact, JsonBlock, Name, NameLink, PositionLink, Time } from '../parts/data-text.tsx';
import { pathTo, pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { StatusBadge } from '../parts/session-table.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';
import { readPositionIn } from './read-position.ts';

const entriesListed = 25;
/** Chunks of data that a page shows. */
const chunksShown = 20;

/** `GET /ui/sessions/{id}`: a session, its data, and what happened to it. */
export const namedSessionPage = pageRoute('/ui/sessions/*', ['from'], async (asked) => readSession(asked));

/** The same of a name that can be no path. */
export const sessionsPage = pageRoute('/ui/sessions', ['from'], async (asked) =>
  asked.name === '' ? { goTo: '/ui/queues' } : readSession(asked),
);

async function readSession({ frontend: { env }, name, query }: PageAsked): Promise<PageAnswer> {
  const from = readPositionIn(query, 'from');
  const page = await readSessionPage(env, name, { limit: entriesListed, chunks: chunksShown, ...given({ from }) });
  if (query.as === 'json') return { json: toSessionPageJson(page) };
  const way = await findWay(env, page);
  const body = <SessionBody page={page} from={from} way={way} />;
  const json = pathWith(pathTo('sessions', name), { as: 'json' });
  return { page: { title: `Session ${name}`, section: 'Queues', json, isLive: from === undefined, body } };
}

/** The id of the request or saga that the session belongs to. */
async function findWay(env: Environment, { id, session }: SessionPage): Promise<string | undefined> {
  const theme = session?.themeName ?? '';
  if (theme.startsWith(requestThemes) || sagaOfTheme(theme) !== undefined) return id;
  const request = requestOfResponse(id) ?? id;
  return (await env.find(request)) && request;
}

function SessionBody({
  page,
  from,
  way,
}: {
  readonly page: SessionPage;
  readonly from: number | undefined;
  readonly way: string | undefined;
}): VNode {
  const { id, session, data, history, earlier, next } = page;
  const own = pathTo('sessions', id);
  return (
    <>
      <h1>
        Session <Name text={id} />
      </h1>
      <p>
        <StatusBadge session={session} />{' '}
        {way !== undefined && <a href={pathTo('transactions', way)}>The way of its request</a>}
      </p>
      {session && <SessionFacts session={session} />}
      <DataBlocks data={data} more={(session?.chunks ?? 0) - data.length} />
      <h2>History</h2>
      <HistoryTable id={id} history={history} />
      <Pager
        links={[
          { name: 'Oldest', rel: 'first', href: earlier ? pathWith(own, { from: 1 }) : undefined },
          { name: 'Later', rel: 'next', href: next === undefined ? undefined : pathWith(own, { from: next }) },
          { name: 'Newest', href: from === undefined ? undefined : own },
        ]}
      />
    </>
  );
}

function SessionFacts({ session }: { readonly session: SessionReading }): VNode {
  const { themeName, attempts, epoch, createdAt, since, due, operator, error, order } = session;
  return (
    <dl class="facts">
      <Fact label="Queue">
        <NameLink kind="queues" name={themeName} />
      </Fact>
      <Fact label="Attempts">{formatCount(attempts)}</Fact>
      <Fact label="Epoch">{formatCount(epoch)}</Fact>
      <Fact label="Made">
        <Time ms={createdAt} />
      </Fact>
      <Fact label="As it is since">
        <Time ms={since} />
      </Fact>
      <Fact label="Due">
        <Time ms={due} />
      </Fact>
      {order !== undefined && (
        <Fact label="Order">
          <Name text={order} />
        </Fact>
      )}
      {operator !== undefined && (
        <Fact label="Operator">
          <Name text={operator} />
        </Fact>
      )}
      {error !== undefined && <Fact label="Error">{printable(error)}</Fact>}
    </dl>
  );
}

function DataBlocks({ data, more }: { readonly data: readonly Data[]; readonly more: number }): VNode | null {
  if (data.length === 0) return null;
  return (
    <>
      <h2>Data</h2>
      {data.map((chunk, i) => {
        const label = `Chunk ${i + 1}`;
        return chunk instanceof Uint8Array ? (
          <p key={label}>{plural(chunk.length, 'byte')} that are no JSON</p>
        ) : (
          <JsonBlock key={label} value={chunk} />
        );
      })}
      {more > 0 && <p class="quiet">and {plural(more, 'chunk')} more</p>}
    </>
  );
}

function HistoryTable({ id, history }: { readonly id: string; readonly history: readonly SessionStepEntry[] }): VNode {
  const key = sessionKey(id);
  return (
    <DataTable
      caption="What happened to it, oldest first"
      columns={[['Position', 'number'], 'Time (UTC)', 'Operation', 'Then', ['Operator', 'wide'], ['Error', 'wide']]}
    >
      {history.map((entry) => {
        const { position, time, changes } = entry.record;
        const ops = changes.filter((change) => change.key === key).map(({ op }) => op.replace(/^session\./, ''));
        const after = sessionAfter(entry);
        return (
          <tr key={position} data-key={position}>
            <td class="number">
              <PositionLink position={position} />
            </td>
            <td class="nowrap">
              <Time ms={time} />
            </td>
            <td>{ops.join(', ')}</td>
            <td>
              <StatusBadge session={after} />
            </td>
            <td class="wide">{printable((after ?? asSession(entry.before?.value))?.operator ?? '')}</td>
            <td class="wide">{printable(after?.error ?? '')}</td>
          </tr>
        );
      })}
    </DataTable>
  );
}
