import { limits } from '../../../core/base/limits.ts';
import { toStuckJson } from '../../../shapes/session.ts';
import { plural } from '../../../text/printable.ts';
import { pathWith } from '../parts/page-links.ts';
import { Pager } from '../parts/pager.tsx';
import { StuckTable } from '../parts/session-table.tsx';
import { pageRoute } from '../served/page-route.ts';

const listed = 100;

/** `GET /ui/stuck`: the sessions that do not go on by themselves. */
export const stuckPage = pageRoute('/ui/stuck', ['skip'], async ({ frontend, query }) => {
  const { stuck } = await frontend.overviews.read();
  if (query.as === 'json') return { json: { v: 1, stuck: stuck.map(toStuckJson) } };
  const skip = /^\d{1,9}$/.test(query.skip ?? '') ? Number(query.skip) : 0;
  const shown = stuck.slice(skip, skip + listed);
  const rest = stuck.length - skip - shown.length;
  const many = stuck.length >= limits.stuckCountedMax ? ' or more' : '';
  const body = (
    <>
      <h1>Stuck sessions</h1>
      <p class="quiet">
        {stuck.length === 0
          ? 'None: all sessions go on by themselves.'
          : `${plural(stuck.length, 'session')}${many}: each does not go on by itself, or not as it should.`}
      </p>
      {shown.length > 0 && <StuckTable stuck={shown} />}
      <Pager
        links={[
          { name: 'First page', rel: 'first', href: skip === 0 ? undefined : '/ui/stuck' },
          {
            name: 'Next page',
            rel: 'next',
            href: rest > 0 ? pathWith('/ui/stuck', { skip: skip + listed }) : undefined,
          },
        ]}
      />
    </>
  );
  return { page: { title: 'Stuck sessions', section: 'Stuck', json: '/ui/stuck?as=json', isLive: skip === 0, body } };
});
