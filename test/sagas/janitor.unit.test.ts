// Goal: a message to another service, or an answer, is never set aside for what happened to workers. Method: workers that
// die with it, one after another, more often than a session has attempts.
import { expect, test } from 'vitest';
import { Workplace } from '../sessions/workplace.ts';

test.each(['to/counters', 'answers', 'counted'])(
  'a message in %s waits for another worker, however many die',
  async (theme) => {
    const place = new Workplace();
    const { env } = await place.open({
      services: { counters: { env: 'counters' } },
      themes: { counted: { answers: true } },
    });
    await env.sessions.create(theme, 1, { id: 'a' });
    for (let death = 1; death <= 12; death++) {
      await env.sessions.lead({ session: 'a' }, `dead-${death}`, 1);
      await place.clock.pass(1_000);
      expect(await env.sessions.recoverOrphans()).toMatchObject([{ session: 'a', ended: 'stored' }]);
      await place.clock.pass(400_000);
    }
  },
);
