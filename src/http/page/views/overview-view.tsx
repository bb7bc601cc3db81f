import type { VNode } from 'preact';
import type { Environment } from '../../../environment/environment.ts';
import type { Overview, StoredRecord } from '../../../index.ts';
import { rateOf, toOverviewJson } from '../../../shapes/overview.ts';
import { formatCount } from '../../../text/printable.ts';
import { depthOf } from '../../frontend/queue-depths.ts';
import { Fact } from '../parts/data-text.tsx';
import { NeedsList } from '../parts/needs-list.tsx';
import { QueueTable } from '../parts/queue-table.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { ThroughputChart } from '../parts/throughput-chart.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';

const queuesListed = 10;
const recordsListed = 10;

/** `GET /`: how the environment stands. */
export const overviewPage = pageRoute('/', [], async (asked) => readOverviewPage(asked));

async function readOverviewPage({ frontend, query }: PageAsked): Promise<PageAnswer> {
  const overview = await frontend.overviews.read();
  // Where the environment is on its machine is nobody's business elsewhere.
  const { dir: _, ...json } = toOverviewJson(overview);
  if (query.as === 'json') return { json };
  const records = await newest(frontend.env);
  const body = <OverviewBody overview={overview} records={records} />;
  return { page: { title: 'Overview', section: 'Overview', json: '/?as=json', isLive: true, body } };
}

async function newest(env: Environment): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const record of env.records({}, { reverse: true, limit: recordsListed })) records.push(record);
  return records;
}

function OverviewBody({
  overview,
  records,
}: {
  readonly overview: Overview;
  readonly records: readonly StoredRecord[];
}): VNode {
  const { queues, needs, time, throughput } = overview;
  // Those in which something waits, and of them the deepest, say the most.
  const deepest = [...queues].sort((a, b) => depthOf(b) - depthOf(a)).slice(0, queuesListed);
  return (
    <>
      <h1>Overview</h1>
      <Figures overview={overview} />
      <ThroughputChart perSecond={throughput} />
      <section aria-labelledby="needs">
        <h2 id="needs">What needs you</h2>
        <NeedsList needs={needs} />
      </section>
      <section aria-labelledby="queues">
        <h2 id="queues">
          <a href="/ui/queues">Queues</a>
        </h2>
        {queues.length === 0 ? (
          <p class="quiet">No session was ever made.</p>
        ) : (
          <QueueTable queues={deepest} now={time} />
        )}
      </section>
      <section aria-labelledby="newest">
        <h2 id="newest">
          <a href="/ui/log">Newest records</a>
        </h2>
        {records.length === 0 ? (
          <p class="quiet">The log is empty.</p>
        ) : (
          <RecordTable records={records} caption="Newest records of the log" />
        )}
      </section>
    </>
  );
}

function Figures({ overview }: { readonly overview: Overview }): VNode {
  const { head, counts, workers, stuck, queues, sagas } = overview;
  const waiting = queues.reduce((sum, queue) => sum + depthOf(queue), 0);
  const underWay = [...(sagas?.phases.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return (
    <dl class="figures">
      <Fact label="Records">{formatCount(head.position)}</Fact>
      <Fact label="Rejected">{formatCount(counts.rejected)}</Fact>
      <Fact label="Per second">{rateOf(overview)}</Fact>
      <Fact label="In queues">{formatCount(waiting)}</Fact>
      {sagas !== undefined && (
        <Fact label="Sagas under way">
          {formatCount(underWay)}
          {sagas.more && '+'}
        </Fact>
      )}
      <Fact label="Stuck">{formatCount(stuck.length)}</Fact>
      <Fact label="Workers">{formatCount(workers.length)}</Fact>
    </dl>
  );
}
