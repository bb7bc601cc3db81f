// Goal: whatever a request brings about can be found from it, and links change nothing else: not what a request is, and not
// the bytes of records without them. Method: environments in memory; requests, queues, sagas, processes and compensations,
// and the tree of each.
import { describe, expect, it } from 'vitest';
import type { StepRequest } from '../../src/core/app/saga-definition.ts';
import type { Links } from '../../src/core/log/links.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type App, type JsonValue, openEnvironment, type RequestInput } from '../../src/index.ts';

const open = (app: App = {}) => openEnvironment(':memory:', { create: true, app });
const add = (id: string, more: Partial<RequestInput> = {}): RequestInput => ({
  ...{ id, type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] },
  ...more,
});
const step = (more: Partial<StepRequest> = {}): StepRequest => ({
  ...{ type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] },
  ...more,
});
const linksOf = async (env: Environment, id: string) => {
  const { correlation, causation } = await env.transaction(id);
  return [correlation, causation];
};
const treeOf = async (env: Environment, id: string) => {
  const { nodes } = await env.linked(id);
  return nodes.map(({ id, depth }) => `${'  '.repeat(depth)}${id}`);
};

describe('the links of a request', () => {
  it('are those that it was given; a cause alone tells what it belongs to', async () => {
    const env = await open();
    await env.submit(add('plain'));
    await env.submit(add('named', { correlation: 'order-7' }));
    await env.submit(add('effect', { causation: 'named' }));
    await env.submit(add('of-plain', { causation: 'plain' }));
    await env.submit(add('elsewhere', { causation: 'gone' }));
    expect(await linksOf(env, 'plain')).toEqual([undefined, undefined]);
    expect(await linksOf(env, 'named')).toEqual(['order-7', undefined]);
    expect(await linksOf(env, 'effect')).toEqual(['order-7', 'named']);
    expect(await linksOf(env, 'of-plain')).toEqual(['plain', 'plain']);
    expect(await linksOf(env, 'elsewhere')).toEqual(['gone', 'gone']);
    expect(await treeOf(env, 'effect')).toEqual(['named', '  effect']);
  });

  it('are no part of what tells requests apart: the same request with others gets its first outcome, and keeps its first links', async () => {
    const env = await open();
    await env.submit(add('r', { correlation: 'a', causation: 'b' }));
    expect(await env.submit(add('r', { correlation: 'c' }))).toMatchObject({ duplicate: true, position: 1 });
    expect(await env.submit(add('r'))).toMatchObject({ duplicate: true });
    expect(await linksOf(env, 'r')).toEqual(['a', 'b']);
    await expect(env.submit(add('r', { actor: 'x', correlation: 'a' }))).rejects.toMatchObject({
      code: 'REQUEST_ID_CONFLICT',
    });
  });

  it('are no part of what tells queued requests apart either, however they came there', async () => {
    const env = await open();
    const data = (more: object) => ({ ...add('q', more) }) as unknown as JsonValue;
    await env.sessions.create('request/t', data({ correlation: 'a', causation: 'b' }), { id: 'q' });
    await env.sessions.create('request/t', data({ correlation: 'c' }), { id: 'q' });
    const { theme = 0 } = (await env.sessions.get('q')) ?? {};
    await env.sessions.create(theme, data({ correlation: 'd' }), { id: 'q' });
    expect(await env.enqueue(add('q', { causation: 'd' }))).toMatchObject({ duplicate: true });
    await expect(env.sessions.create('request/t', data({ actor: 'x' }), { id: 'q' })).rejects.toMatchObject({
      code: 'REQUEST_ID_CONFLICT',
    });
    await expect(env.submit(add('q', { actor: 'x', correlation: 'a' }))).rejects.toMatchObject({
      code: 'REQUEST_ID_CONFLICT',
    });
    expect(await env.submit(add('q'))).toMatchObject({ outcome: 'committed', duplicate: false });
    await env.work({ untilEmpty: true }).done;
    expect(await env.count({ types: ['t'] })).toBe(1);
    // In a queue of another kind, data are data.
    await env.sessions.create('mail', { correlation: 'a' }, { id: 'm' });
    await expect(env.sessions.create('mail', { correlation: 'b' }, { id: 'm' })).rejects.toMatchObject({
      code: 'REQUEST_ID_CONFLICT',
    });
  });

  it.each([
    ['correlation', ''],
    ['causation', 'a\nb'],
    ['correlation', 'x'.repeat(257)],
    ['causation', 7],
  ])('are refused where %s is %j', async (field, value) => {
    const env = await open();
    await expect(env.submit(add('r', { [field]: value }))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('are those of a session or saga that is made with them, too; of the same one again the first ones stay', async () => {
    const env = await open({ sagas: { s: { steps: [{ name: 'one', do: { request: step() } }] } } });
    await env.submit(add('r', { correlation: 'order-7' }));
    const of = async (id: string) => {
      const { correlation, causation } = (await env.sessions.get(id)) ?? {};
      return [correlation, causation];
    };
    await env.sessions.create('mail', 1, { id: 'm', causation: 'r' });
    expect(await of('m')).toEqual(['order-7', 'r']);
    expect(await env.sessions.create('mail', 1, { id: 'm', correlation: 'x' })).toMatchObject({ duplicate: true });
    expect(await of('m')).toEqual(['order-7', 'r']);
    await env.sagas.start('s', null, { id: 's', correlation: 'basket', causation: 'm' });
    expect(await of('s')).toEqual(['basket', 'm']);
    expect(await env.sagas.start('s', null, { id: 's' })).toMatchObject({ duplicate: true });
    for (const bad of ['', 'a\nb', 7 as unknown as string]) {
      const code = 'REQUEST_INVALID';
      await expect(env.sessions.create('mail', 1, { correlation: bad })).rejects.toMatchObject({ code });
      await expect(env.sagas.start('s', null, { causation: bad })).rejects.toMatchObject({ code });
    }
    await env.close();
  });

  it('of a compensation lead to what it undoes', async () => {
    const env = await open();
    await env.submit(add('r', { correlation: 'order-7' }));
    const { id } = await env.compensate('r');
    expect(await linksOf(env, id)).toEqual(['order-7', 'r']);
    expect(await treeOf(env, 'r')).toEqual(['r', `  ${id}`]);
  });
});

describe('what a request brings about', () => {
  it('through a queue, and its response, belong to it; queueing it again with other links changes nothing', async () => {
    const env = await open();
    await env.enqueue(add('q', { correlation: 'order-7', causation: 'click' }), { respond: 'home' });
    expect(await env.enqueue(add('q'), { respond: 'home' })).toMatchObject({ duplicate: true });
    await env.work({ untilEmpty: true }).done;
    expect(await linksOf(env, 'q')).toEqual(['order-7', 'click']);
    expect(await env.sessions.get('txlog.response/q')).toMatchObject({ correlation: 'order-7', causation: 'q' });
    expect(await treeOf(env, 'order-7')).toEqual(['q', '  txlog.response/q']);
  });

  it('in the steps of a saga comes from the saga, whatever the step before was', async () => {
    const ask = (name: string) => ({ name, do: { ask: { to: 'people', data: null } } });
    const env = await open({
      sagas: {
        s: {
          steps: [
            { name: 'one', do: { request: step() } },
            ask('two'),
            { name: 'three', do: { run: () => null } },
            ask('four'),
            { name: 'five', do: { request: step() } },
          ],
        },
      },
      themes: {
        people: { advisor: ({ session }) => ({ op: 'request', request: add(session), respond: 'answers' }) },
      },
      processes: {
        p: {
          from: 'start',
          on: { types: ['order'] },
          decide: ({ id }) => ({ do: 'submit', request: add(`note-${id}`, { respond: 'home' }) }),
        },
      },
    });
    await env.sagas.start('s', null, { id: 's', respond: 'home' });
    await env.submit(add('o', { type: 'order' }));
    await env.work({ untilEmpty: true }).done;
    expect(await treeOf(env, 's')).toEqual([
      's',
      '  s/one',
      '  s/two',
      '    txlog.response/s/two',
      '  s/four',
      '    txlog.response/s/four',
      '  s/five',
      '  txlog.response/s',
    ]);
    expect(await treeOf(env, 'o')).toEqual(['o', '  note-o', '    txlog.response/note-o']);
    await env.close();
  });

  it('by a process and a saga is one tree, from either end', async () => {
    const env = await open({
      sagas: {
        ship: {
          steps: [
            { name: 'pack', do: { request: { type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] } } },
            { name: 'ask', do: { ask: { to: 'people', data: null } } },
          ],
        },
      },
      processes: {
        p: {
          from: 'start',
          on: { types: ['order'] },
          decide: ({ id }) => [
            { do: 'start', saga: 'ship', data: null, id: `ship-${id}` },
            { do: 'submit', request: add(`note-${id}`) },
          ],
        },
      },
      themes: { people: { advisor: ({ session }) => ({ op: 'request', request: add(`by-${session}`) }) } },
    });
    await env.submit(add('o-1', { type: 'order' }));
    await env.work({ untilEmpty: true }).done;
    const tree = ['o-1', '  ship-o-1', '    ship-o-1/pack', '    ship-o-1/ask', '      by-ship-o-1/ask', '  note-o-1'];
    expect(await treeOf(env, 'o-1')).toEqual(tree);
    expect(await treeOf(env, 'by-ship-o-1/ask')).toEqual(tree);
  });
});

describe('a cause of its own', () => {
  const app: App = {
    sagas: {
      s: {
        steps: [
          { name: 'one', do: { request: step({ causation: 'other' }) }, compensate: { request: step() } },
          { name: 'two', do: { request: step({ correlation: 'audit' }) } },
        ],
      },
    },
    processes: {
      p: {
        from: 'start',
        on: { types: ['order'] },
        decide: ({ id }) => ({ do: 'submit', request: add(`note-${id}`, { causation: 'other' }) }),
      },
    },
    themes: {
      people: { advisor: ({ session }) => ({ op: 'request', request: add(`by-${session}`, { causation: 'other' }) }) },
    },
  };

  it('tells what a request belongs to, whatever it comes from otherwise; a correlation of its own leaves its cause', async () => {
    const env = await open(app);
    await env.submit(add('other', { correlation: 'basket' }));
    await env.sagas.start('s', null, { id: 's' });
    await env.sessions.create('people', null, { id: 'q' });
    await env.submit(add('o', { type: 'order', correlation: 'orders' }));
    await env.work({ untilEmpty: true }).done;
    for (const id of ['s/one', 'by-q', 'note-o'])
      expect([id, ...(await linksOf(env, id))]).toEqual([id, 'basket', 'other']);
    expect(await linksOf(env, 's/two')).toEqual(['audit', 's']);
    const { position } = await env.transaction('note-o');
    const undo = { ...env.check(add('undo', { causation: 'q' })), changes: [], compensates: position };
    await env.process([undo]);
    expect(await linksOf(env, 'undo')).toEqual(['q', 'q']);
    await env.close();
  });

  it('tells what a session that a turn makes belongs to, too', async () => {
    const env = await open();
    await env.submit(add('other', { correlation: 'basket' }));
    await env.sessions.create('mail', null, { id: 's' });
    const made = (session: string, links: Links) => ({
      op: 'new' as const,
      session,
      theme: 'mail',
      chunk: { data: 1 },
      links,
    });
    await env.operate([
      {
        op: 'together',
        operations: [
          { op: 'append', session: 's', chunk: { data: 2 } },
          made('a', {}),
          made('b', { causation: 'other' }),
          made('c', { correlation: 'audit' }),
        ],
      },
    ]);
    const links = async (id: string) => {
      const { correlation, causation } = (await env.sessions.get(id)) ?? {};
      return [correlation, causation];
    };
    expect(await Promise.all(['a', 'b', 'c'].map(links))).toEqual([
      ['s', 's'],
      ['basket', 'other'],
      ['audit', 's'],
    ]);
    await env.close();
  });
});

describe('a tree of linked requests', () => {
  it('holds each of them once, also when causes name each other', async () => {
    const env = await open();
    await env.submit(add('a', { correlation: 'c', causation: 'b' }));
    await env.submit(add('b', { correlation: 'c', causation: 'a' }));
    expect(await treeOf(env, 'c')).toEqual(['a', '  b']);
  });

  it('holds requests whose ids JSON writes otherwise, and takes no text for a link that only looks like one', async () => {
    const env = await open();
    const name = 'a "quoted" \\ name';
    await env.enqueue(add('q', { correlation: name }));
    await env.submit(add('other', { payload: { correlation: name } }));
    expect(await treeOf(env, name)).toEqual(['q']);
  });
});
