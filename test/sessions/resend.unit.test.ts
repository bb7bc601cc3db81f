// Goal: the work of one session that is over is done once more when a person says so, with its data, by a record that tells who
// and why; and nothing else is. Method: sessions, messages and sagas in memory; advisors that note what they are asked.
import { beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { App } from '../../src/index.ts';
import { Workplace } from './workplace.ts';

const by = { reason: 'the server lost it', actor: 'ann' };
let sent: unknown[];
let env: Environment;

const app: App = {
  themes: {
    mail: {
      advisor({ session, data }) {
        if (data.length === 1) sent.push([session, data[0]]);
        return data.length === 1 ? { op: 'append', data: { sent: true } } : { op: 'remove' };
      },
    },
  },
  sagas: {
    order: { steps: [{ name: 'approve', do: { ask: { to: 'approvals', data: { sum: 5 } } } }] },
  },
};

beforeEach(async () => {
  sent = [];
  env = (await new Workplace().open(app)).env;
});

const work = () => env.work({ untilEmpty: true }).done;

it('does the work once more, with the first data and not with what was noted since; the same again is the same', async () => {
  await env.sessions.create('mail', { to: 'ann' }, { id: 'm-1', order: 'ann', correlation: 'campaign' });
  await work();
  const result = await env.sessions.resend('m-1', by);
  expect(result).toMatchObject({ ok: true, session: 'm-1/resend', duplicate: false });
  expect(await env.sessions.get('m-1/resend')).toMatchObject({
    ...{ themeName: 'mail', order: 'ann', chunks: 1, causation: 'm-1', correlation: 'campaign' },
  });
  expect(await env.sessions.resend('m-1', by)).toMatchObject({ duplicate: true });
  const position = result.ok ? result.position : 0;
  expect(await env.transaction(position)).toMatchObject({ actor: 'ann', payload: { reason: by.reason } });
  await work();
  expect(sent).toEqual([
    ['m-1', { to: 'ann' }],
    ['m-1/resend', { to: 'ann' }],
  ]);
  // Once more after that is the work of the second one.
  expect(await env.sessions.resend('m-1', by)).toMatchObject({ duplicate: true });
  expect(await env.sessions.resend('m-1/resend', by)).toMatchObject({ session: 'm-1/resend/resend' });
});

it('takes the data that a person put in place of the first', async () => {
  await env.sessions.create('mail', { to: 'nowhere' }, { id: 'm-1' });
  await env.sessions.replace('m-1', { to: 'ann' });
  await work();
  await env.sessions.resend('m-1', by);
  expect(await env.sessions.data('m-1/resend')).toEqual([{ to: 'ann' }]);
});

it('sends the message of a step again, under the key of the step', async () => {
  await env.sagas.start('order', 1, { id: 'o-1' });
  await env.work({ untilEmpty: true, themes: ['saga/order'] }).done;
  const [question] = await env.sessions.data('o-1/approve');
  // Who was asked lost it.
  await env.sessions.remove('o-1/approve');
  await env.sessions.resend('o-1/approve', by);
  expect(await env.sessions.data('o-1/approve/resend')).toEqual([question]);
  expect(await env.sessions.get('o-1/approve/resend')).toMatchObject({ themeName: 'approvals' });
});

it('is refused of one that is still there, of a saga, and of one that never was', async () => {
  await env.sessions.create('mail', 1, { id: 'm-1' });
  await env.sagas.start('order', 1, { id: 'o-1' });
  const refused = (id: string) =>
    env.sessions.resend(id, by).then(
      () => ['done'],
      (error) => [error.code, ...error.details.next],
    );
  expect(await refused('m-1')).toEqual(['SESSION_BUSY', 'txlog session retry m-1']);
  expect(await refused('o-1')).toEqual(['SESSION_BUSY', 'txlog saga retry o-1 --reason "…"']);
  await env.sagas.force('o-1', 'done');
  await work();
  expect((await refused('o-1'))[0]).toBe('SAGA_STATE');
  expect((await refused('nothing'))[0]).toBe('SESSION_GONE');
});
