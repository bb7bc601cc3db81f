// Goal: what the guide says of single steps of the dialogs example. Method: both services in this process, led until nothing
// is due, and messages that come twice, too late, or are taken back by a person.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Environment, openEnvironment } from '../../src/index.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'txlog-dialogs-'));
const [dialogsDir, countersDir] = [join(folder, 'dialogs'), join(folder, 'counters')];
const variables = { DIALOGS_ENV: dialogsDir, COUNTERS_ENV: countersDir, FAIL_PERCENT: '0' };
let dialogs: Environment;
let counters: Environment;

beforeAll(async () => {
  Object.assign(process.env, variables);
  dialogs = await openEnvironment(dialogsDir, {
    create: true,
    app: here('../../fixtures/apps/dialogs/dialogs.app.ts'),
  });
  counters = await openEnvironment(countersDir, {
    create: true,
    app: here('../../fixtures/apps/dialogs/counters.app.ts'),
  });
});

afterAll(async () => {
  for (const name of Object.keys(variables)) delete process.env[name];
  await Promise.all([dialogs.close(), counters.close()]);
  rmSync(folder, { recursive: true, force: true });
});

test('a question that arrives twice is counted once, and an undo that arrives twice undoes once', async () => {
  await ask('q-1', 'm-a/count', change('ann.bob'));
  await ask('q-2', 'm-a/count', change('ann.bob'));
  await ask('q-3', 'm-b/count', change('ann.bob'));
  await work();
  expect(await unread('ann.bob')).toBe(2);
  await ask('q-4', 'm-a/count/undo', undo('ann.bob', 'm-a/count'));
  await ask('q-5', 'm-a/count/undo', undo('ann.bob', 'm-a/count'));
  await ask('q-6', 'm-a/count~1/undo', undo('ann.bob', 'm-a/count'));
  await work();
  expect(await unread('ann.bob')).toBe(1);
});

test('a count whose undo arrives first is refused with TAKEN_BACK, and changes no counter', async () => {
  await ask('q-7', 'm-c/count/undo', undo('ann.cy', 'm-c/count'));
  await ask('q-8', 'm-c/count', change('ann.cy'));
  await work();
  expect(await unread('ann.cy')).toBeUndefined();
  expect((await counters.find('m-c/count/undo'))?.outcome).toBe('committed');
  expect((await counters.find('m-c/count'))?.rejection?.code).toBe('TAKEN_BACK');
});

test('a message that is being sent cannot be read, and a message is read only once', async () => {
  await dialogs.sagas.start('send', { author: 'ann', recipient: 'dora' }, { id: 'm-1' });
  await dialogs.work({ untilEmpty: true }).done;
  expect(await status('m-1')).toBe('PENDING_UNREAD');
  await dialogs.sagas.start('read', { author: 'ann', recipient: 'dora', message: 'm-1' }, { id: 'early/m-1' });
  await settle();
  expect(await status('m-1')).toBe('UNREAD');
  await Promise.all([list('l-1'), list('l-2')]);
  await settle();
  const ends = await Promise.all(['early', 'l-1', 'l-2'].map((id) => dialogs.find(`${id}/m-1`)));
  expect(ends.map((end) => end?.outcome).sort()).toEqual(['committed', 'rejected', 'rejected']);
  for (const end of ends) if (end?.rejection) expect(end.rejection.reason).toContain('MESSAGE_BUSY');
  expect(await status('m-1')).toBe('READ');
  expect(await unread('ann.dora')).toBeUndefined();
});

test('compensating a sent message cancels it while it is unread; once it is read, the saga waits for a person', async () => {
  for (const id of ['m-2', 'm-3']) await dialogs.sagas.start('send', { author: 'ann', recipient: 'eve' }, { id });
  await settle();
  expect(await unread('ann.eve')).toBe(2);
  await dialogs.sagas.compensate('m-2', { reason: 'sent by mistake' });
  await settle();
  expect([await status('m-2'), await unread('ann.eve')]).toEqual(['CANCELLED', 1]);
  await list('l-3', 'eve');
  await settle();
  expect([await status('m-3'), await unread('ann.eve')]).toEqual(['READ', undefined]);
  await dialogs.sagas.compensate('m-3', { reason: 'sent by mistake' });
  await settle();
  const stuck = [];
  for await (const { phase, error } of dialogs.sagas.list({ stuck: true })) stuck.push([phase, error]);
  expect(stuck).toEqual([['failed', expect.stringContaining('message m-3 is READ, not UNREAD')]]);
  expect([await status('m-3'), await unread('ann.eve')]).toEqual(['READ', undefined]);
});

/** A question in the counters' queue, as another service puts it there. */
async function ask(session: string, key: string, data: object): Promise<void> {
  await counters.sessions.create('unreadMessages', { key, respond: 'answered', data } as never, { id: session });
}

function change(dialog: string): object {
  return { type: 'counter.change', payload: { dialog, by: 1 } };
}

function undo(dialog: string, undoes: string): object {
  return { type: 'counter.undo', payload: { dialog, undoes } };
}

function list(id: string, recipient = 'dora') {
  const request = { id, type: 'message.list', payload: { author: 'ann', recipient } };
  return dialogs.enqueue(request, { respond: 'listed' });
}

/** The counters' worker, until nothing is due. */
function work() {
  return counters.work({ untilEmpty: true }).done;
}

/** Both workers in turn, until neither has anything to do. */
async function settle(): Promise<void> {
  for (let turns = 1; turns > 0; ) {
    const reports = [await dialogs.work({ untilEmpty: true }).done, await work()];
    turns = reports.reduce((sum, report) => sum + report.turns, 0);
  }
}

async function status(message: string): Promise<unknown> {
  return ((await dialogs.get(`message/${message}`))?.value as { status?: string } | undefined)?.status;
}

async function unread(dialog: string): Promise<unknown> {
  return (await counters.get(`unread/${dialog}`))?.value;
}
