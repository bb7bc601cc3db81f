import type { VNode } from 'preact';
import { asSession, sessionOfKey } from '../../../core/fold/session.ts';
import type { KeyReport, TransactionLink, TransactionReport } from '../../../index.ts';
import { type RequestWay, readRequestWay } from '../../../pages/request-way.ts';
import { formatCount, plural, printable } from '../../../text/printable.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Badge, Fact, JsonBlock, Name, NameLink, PositionLink, Time } from '../parts/data-text.tsx';
import { contractJson, pathTo } from '../parts/page-links.ts';
import { OutcomeBadge } from '../parts/record-table.tsx';
import { StatusBadge } from '../parts/session-table.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';
import { WayDiagram } from '../way/draw-way.tsx';
import { WayInWords } from '../way/way-in-words.tsx';
import { stationsOf } from '../way/way-stations.ts';

/** Keys whose states a page shows. */
const keysShown = 25;

/** `GET /ui/transactions/{id}`: one request, and its way through the engine. */
export const namedTransactionPage = pageRoute('/ui/transactions/*', [], async (asked) => readTransaction(asked));

/** The same of an id that can be no path. */
export const transactionsPage = pageRoute('/ui/transactions', [], async (asked) =>
  asked.name === '' ? { goTo: '/ui/log' } : readTransaction(asked),
);

async function readTransaction({ frontend, name }: PageAsked): Promise<PageAnswer> {
  const way = await readRequestWay(frontend.env, name);
  const json = way.report ? contractJson('transactions', name) : `/v1/requests/${encodeURIComponent(name)}`;
  const body = <TransactionBody way={way} />;
  return { page: { title: `Request ${name}`, section: 'Log', json, isLive: isUnderWay(way), body } };
}

/** Whether more is to come: what has come to its end is not asked for again and again. */
function isUnderWay({ report, response, sagas }: RequestWay): boolean {
  return !report || (response !== undefined && !response.taken) || sagas.some(({ session }) => session !== undefined);
}

function TransactionBody({ way }: { readonly way: RequestWay }): VNode {
  const { id, report, theme } = way;
  const stations = stationsOf(way);
  return (
    <>
      <h1>
        Request <Name text={id} />
      </h1>
      <p>
        {report ? <OutcomeBadge record={report.record} /> : <Badge level="calm">not decided yet</Badge>}{' '}
        {report && (
          <>
            at <PositionLink position={report.record.position} />
          </>
        )}
        {theme !== undefined && (
          <>
            {' '}
            by way of <NameLink kind="queues" name={theme} /> (<a href={pathTo('sessions', id)}>its session</a>)
          </>
        )}
      </p>
      <figure class="way">
        <WayDiagram stations={stations} label={`The way of request ${printable(id)}`} />
        <figcaption>
          <details>
            <summary>The same in words</summary>
            <WayInWords stations={stations} />
          </details>
        </figcaption>
      </figure>
      {report && <Report report={report} />}
    </>
  );
}

function Report({ report }: { readonly report: TransactionReport }): VNode {
  const { record, keys } = report;
  return (
    <>
      <h2>Record</h2>
      <RecordFacts report={report} />
      {record.payload !== undefined && (
        <>
          <h2>Payload</h2>
          <JsonBlock value={record.payload} />
        </>
      )}
      {keys.length > 0 && <h2>{record.outcome === 'committed' ? 'Keys, before and after' : 'Keys, as they were'}</h2>}
      {keys.slice(0, keysShown).map((key) => (
        <KeySection key={key.key} report={key} isDone={record.outcome === 'committed'} />
      ))}
      {keys.length > keysShown && (
        <p class="quiet">and {plural(keys.length - keysShown, 'key')} more: the JSON has all.</p>
      )}
      <OperatedSessions report={report} />
    </>
  );
}

/** The sessions that the record did something to. */
function OperatedSessions({ report }: { readonly report: TransactionReport }): VNode | null {
  const { sessions, record } = report;
  if (sessions.length === 0) return null;
  return (
    <>
      <h2>Sessions, before and after</h2>
      <DataTable
        caption="Sessions that the record did something to"
        columns={['Session', 'Operation', 'Before', 'After']}
      >
        {sessions.slice(0, keysShown).map(({ key, before, after }) => (
          <tr key={key}>
            <th scope="row">
              <NameLink kind="sessions" name={sessionOfKey(key) ?? key} />
            </th>
            <td>
              {record.changes
                .filter((change) => change.key === key)
                .map(({ op }) => op.replace(/^session\./, ''))
                .join(', ')}
            </td>
            <td>{before && <StatusBadge session={asSession(before.value)} />}</td>
            <td>
              <StatusBadge session={asSession(after?.value)} />
            </td>
          </tr>
        ))}
      </DataTable>
      {sessions.length > keysShown && <p class="quiet">and {plural(sessions.length - keysShown, 'session')} more</p>}
    </>
  );
}

function RecordFacts({ report }: { readonly report: TransactionReport }): VNode {
  const { record, compensatedBy, compensates } = report;
  const { type, time, actor, rejection, correlation, causation, digest } = record;
  return (
    <dl class="facts">
      <Fact label="Type">
        <a href={`/ui/log?type=${encodeURIComponent(type)}`}>
          <Name text={type} />
        </a>
      </Fact>
      <Fact label="Time (UTC)">
        <Time ms={time} />
      </Fact>
      {actor !== undefined && (
        <Fact label="Actor">
          <Name text={actor} />
        </Fact>
      )}
      {rejection && <Fact label="Refused">{printable(rejection.reason)}</Fact>}
      {rejection?.owner && <LinkFact label="Owner of the key" link={rejection.owner} />}
      {compensates && <LinkFact label="Undoes" link={compensates} />}
      {compensatedBy && <LinkFact label="Undone by" link={compensatedBy} />}
      {correlation !== undefined && (
        <Fact label="Belongs to">
          <Name text={correlation} />
        </Fact>
      )}
      {causation !== undefined && (
        <Fact label="Caused by">
          <NameLink kind="transactions" name={causation} />
        </Fact>
      )}
      {record.attachments && (
        <Fact label="Attachments">
          {record.attachments.map((digest) => (
            <a key={digest} class="name" href={`/v1/attachments/${digest}`}>
              {digest}
            </a>
          ))}
        </Fact>
      )}
      <Fact label="Digest">
        <code>{Buffer.from(digest).toString('hex')}</code>
      </Fact>
    </dl>
  );
}

function LinkFact({ label, link }: { readonly label: string; readonly link: TransactionLink }): VNode {
  return (
    <Fact label={label}>
      <NameLink kind="transactions" name={link.id} /> at {formatCount(link.position)}
    </Fact>
  );
}

function KeySection({ report, isDone }: { readonly report: KeyReport; readonly isDone: boolean }): VNode {
  const { key, before, after, previous, next } = report;
  return (
    <section class="key" aria-label={printable(key)}>
      <h3>
        <NameLink kind="states" name={key} />
      </h3>
      <div class="sides">
        <Side name="Before" value={before?.value} owner={before?.owner?.id} />
        {isDone && <Side name="After" value={after?.value} owner={after?.owner?.id} />}
      </div>
      <p class="quiet">
        {previous && (
          <>
            Before it <NameLink kind="transactions" name={previous.id} />.{' '}
          </>
        )}
        {next && (
          <>
            After it <NameLink kind="transactions" name={next.id} />.
          </>
        )}
      </p>
    </section>
  );
}

function Side({
  name,
  value,
  owner,
}: {
  readonly name: string;
  readonly value: unknown;
  readonly owner: string | undefined;
}): VNode {
  return (
    <div>
      <h4>{name}</h4>
      {value === undefined ? <p class="quiet">(none)</p> : <JsonBlock value={value as never} />}
      {owner !== undefined && (
        <p class="quiet">
          Owned by <NameLink kind="transactions" name={owner} />
        </p>
      )}
    </div>
  );
}
