import type { VNode } from 'preact';
import { TxlogError } from '../../../core/base/errors.ts';
import { given } from '../../../core/base/given.ts';
import { findNameProblem } from '../../../core/base/key.ts';
import { limits } from '../../../core/base/limits.ts';
import { sessionStatuses } from '../../../core/fold/session.ts';
import type { QueueReading, SessionReading, SessionStatus } from '../../../index.ts';
import { toQueueJson, toQueuePageJson } from '../../../shapes/queue.ts';
import { formatCount, printable } from '../../../text/printable.ts';
import { depthOf } from '../../frontend/queue-depths.ts';
import { Badge, Duration, Fact, Name } from '../parts/data-text.tsx';
import { pathTo, pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { QueueTable } from '../parts/queue-table.tsx';
import { SessionTable } from '../parts/session-table.tsx';
import { type PageAnswer, type PageAsked, pageRoute } from '../served/page-route.ts';

const sessionsListed = 50;

/** `GET /ui/queues`: all queues. */
export const queuesPage = pageRoute('/ui/queues', [], async (asked) => {
  if (asked.name !== '') return readQueuePage(asked);
  const { queues, time } = await asked.frontend.overviews.read();
  if (asked.query.as === 'json') return { json: { v: 1, queues: queues.map((queue) => toQueueJson(queue, time)) } };
  const body = (
    <>
      <h1>Queues</h1>
      {queues.length === 0 ? <p class="quiet">No session was ever made.</p> : <QueueTable queues={queues} now={time} />}
    </>
  );
  return { page: { title: 'Queues', section: 'Queues', json: '/ui/queues?as=json', isLive: true, body } };
});

/** `GET /ui/queues/{theme}`: one queue, with its sessions. */
export const namedQueuePage = pageRoute('/ui/queues/*', ['status', 'after'], async (asked) => readQueuePage(asked));

async function readQueuePage({ frontend: { env }, name, query }: PageAsked): Promise<PageAnswer> {
  const problem = findNameProblem(name, limits.typeBytesMax);
  if (problem !== undefined) throw new TxlogError('USAGE', `queue: ${problem}`);
  const queue = await env.sessions.queue(name);
  if (query.as === 'json') return { json: toQueuePageJson(queue, env.now()) };
  const status = readStatus(query.status);
  const { after } = query;
  const found: SessionReading[] = [];
  const options = { theme: name, limit: sessionsListed + 1, ...given({ status, after }) };
  for await (const session of env.sessions.list(options)) found.push(session);
  const sessions = found.slice(0, sessionsListed);
  const next = found.length > sessionsListed ? sessions.at(-1)?.id : undefined;
  const body = <QueueBody queue={queue} now={env.now()} list={{ sessions, status, after, next }} />;
  const json = pathWith(pathTo('queues', name), { as: 'json' });
  return { page: { title: `Queue ${name}`, section: 'Queues', json, isLive: after === undefined, body } };
}

function readStatus(text: string | undefined): SessionStatus | undefined {
  const status = sessionStatuses.find((one) => one === text);
  if (text === undefined || status !== undefined) return status;
  throw new TxlogError('USAGE', `status: it is one of ${sessionStatuses.join(', ')}`, { path: 'status' });
}

interface SessionList {
  readonly sessions: readonly SessionReading[];
  readonly status: SessionStatus | undefined;
  readonly after: string | undefined;
  readonly next: string | undefined;
}

function QueueBody({
  queue,
  now,
  list,
}: {
  readonly queue: QueueReading;
  readonly now: number;
  readonly list: SessionList;
}): VNode {
  const { sessions, status, after, next } = list;
  const own = pathTo('queues', queue.name);
  return (
    <>
      <h1>
        Queue <Name text={queue.name} /> {queue.paused && <Badge level="warn">paused</Badge>}
      </h1>
      <QueueFacts queue={queue} now={now} />
      <h2>Sessions</h2>
      <ul class="plain choices" aria-label="Status of the sessions">
        {[undefined, ...sessionStatuses].map((one) => (
          <li key={one ?? 'all'}>
            <a href={pathWith(own, { status: one })} aria-current={one === status ? 'true' : undefined}>
              {one ?? 'all'}
            </a>
          </li>
        ))}
      </ul>
      {sessions.length === 0 ? <p class="quiet">There are none.</p> : <SessionTable sessions={sessions} />}
      <Pager
        links={[
          { name: 'First page', rel: 'first', href: after === undefined ? undefined : pathWith(own, { status }) },
          { name: 'Next page', rel: 'next', href: next && pathWith(own, { status, after: next }) },
        ]}
      />
    </>
  );
}

function QueueFacts({ queue, now }: { readonly queue: QueueReading; readonly now: number }): VNode {
  const { counts, oldest, nextDue, rates, workers } = queue;
  return (
    <>
      <dl class="figures">
        <Fact label="Depth">{formatCount(depthOf(queue))}</Fact>
        <Fact label="Ready">{formatCount(counts.ready)}</Fact>
        <Fact label="Behind">{formatCount(counts.behind)}</Fact>
        <Fact label="Active">{formatCount(counts.active)}</Fact>
        <Fact label="Stored">{formatCount(counts.stored)}</Fact>
        <Fact label="Parked">{formatCount(counts.parked)}</Fact>
        <Fact label="Oldest waits">{oldest ? <Duration ms={Math.max(0, now - oldest.due)} /> : '–'}</Fact>
        {nextDue !== undefined && (
          <Fact label="Next is due in">
            <Duration ms={nextDue - now} />
          </Fact>
        )}
        <Fact label="In and out per second">
          {rates.in} / {rates.out}
        </Fact>
      </dl>
      <p class="quiet">
        {workers.length === 0
          ? 'No worker leads it.'
          : `Led by ${workers.map(({ operator }) => printable(operator.id)).join(', ')}.`}
      </p>
    </>
  );
}
