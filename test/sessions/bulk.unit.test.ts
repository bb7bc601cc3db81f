// Goal: a plan for many sessions does to each what it says, once, whoever stops in between; or leaves it alone and tells why.
// Method: environments in memory with a second handle that comes first; plans applied whole, in parts and twice; records counted.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { BulkOperation, BulkOutcome, OperationPlan } from '../../src/index.ts';
import { Workplace } from './workplace.ts';

const park: BulkOperation = { op: 'park', error: 'the server is down' };
let place: Workplace;
let env: Environment;
let other: Environment;

beforeEach(async () => {
  place = new Workplace();
  env = (await place.open()).env;
  other = (await place.open()).env;
});

async function make(count: number, order?: string): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `s-${i}`);
  for (const id of ids) await env.sessions.create('mail', 1, { id, ...(order !== undefined && { order }) });
  return ids;
}

async function gather(outcomes: AsyncIterable<BulkOutcome>): Promise<string[]> {
  const texts: string[] = [];
  for await (const outcome of outcomes) {
    if ('error' in outcome) texts.push(`${outcome.id} ${outcome.error.code}`);
    else texts.push(`${outcome.id} ${'done' in outcome ? 'before' : 'planned' in outcome ? 'planned' : 'now'}`);
  }
  return texts;
}

const effects = ({ items }: OperationPlan) =>
  items.map(({ id, before, after, refused, unchanged }) =>
    refused ? `${id} ${refused.code}` : unchanged ? `${id} unchanged` : `${id} ${before} → ${after}`,
  );

async function recordsOf(id: string): Promise<number> {
  return (await env.sessions.get(id))?.version ?? 0;
}

describe('a plan', () => {
  it('tells how each session stands and would stand, which cannot be done and which stand so, and writes nothing', async () => {
    await make(4);
    await env.sessions.lead({ session: 's-1' }, 'shell', 60);
    await env.sessions.park('s-2', 'wrong address');
    const { head } = await env.status();
    const plan = await env.sessions.plan(park, ['s-0', 's-1', 's-2', 'nothing', 's-0']);
    expect(effects(plan)).toEqual([
      's-0 ready → parked',
      's-1 SESSION_ACTIVE',
      's-2 unchanged',
      'nothing SESSION_GONE',
    ]);
    expect(plan.items[1]).toMatchObject({ operator: 'shell', epoch: 1, theme: 'mail' });
    expect((await env.status()).head).toEqual(head);
  });

  it.each<[BulkOperation, string]>([
    [{ op: 'ready' }, 'parked → ready'],
    [{ op: 'ready', only: 'parked' }, 'parked → ready'],
    [{ op: 'remove' }, 'parked → removed'],
    [{ op: 'store', seconds: 60 }, 'SESSION_BUSY'],
  ])('of %j tells the effect on a parked session', async (operation, effect) => {
    await make(1);
    await env.sessions.park('s-0', 'wrong address');
    expect(effects(await env.sessions.plan(operation, ['s-0']))).toEqual([`s-0 ${effect}`]);
  });

  it('is made on what those before leave: each of an order key can be removed', async () => {
    const ids = await make(3, 'ann');
    expect(effects(await env.sessions.plan({ op: 'remove' }, ids))).toEqual([
      's-0 ready → removed',
      's-1 behind → removed',
      's-2 behind → removed',
    ]);
  });

  it('leaves out what it refused or found to stand so, and a dry run tells what is left', async () => {
    await make(2);
    await env.sessions.park('s-1', 'wrong address');
    const plan = await env.sessions.plan(park, ['s-0', 's-1', 'nothing']);
    expect(await gather(env.sessions.applyPlan(plan, { dryRun: true }))).toEqual(['s-0 planned']);
    expect(await recordsOf('s-0')).toBe(1);
    expect(await gather(env.sessions.applyPlan(plan))).toEqual(['s-0 now']);
  });

  it('is carried out with its own reason and actor, or with others; each record names it', async () => {
    const ids = await make(2);
    const plan = await env.sessions.plan(park, ids, { reason: 'planned work', actor: 'ann' });
    await gather(env.sessions.applyPlan({ ...plan, items: plan.items.slice(0, 1) }));
    await gather(env.sessions.applyPlan(plan, { actor: 'bob' }));
    const marks = [];
    for await (const { type, actor, payload } of env.records({ types: ['txlog.session'] }))
      if (payload !== undefined) marks.push([type, actor, payload]);
    expect(marks).toEqual([
      ['txlog.session', 'ann', { reason: 'planned work', plan: plan.id, nth: 1, of: 1 }],
      ['txlog.session', 'bob', { reason: 'planned work', plan: plan.id, nth: 2, of: 2 }],
    ]);
  });
});

describe('a plan that stopped half way', () => {
  it.each([0, 1, 7, 20])('goes on where it was, with %i of it done, and does nothing twice', async (done) => {
    const ids = await make(20);
    const plan = await env.sessions.plan(park, ids);
    await gather(env.sessions.applyPlan({ ...plan, items: plan.items.slice(0, done) }, { atOnce: 3 }));
    // What went on by itself later does not make it undone.
    if (done > 0) await other.sessions.ready('s-0');
    expect(await gather(other.sessions.applyPlan(plan, { atOnce: 3 }))).toEqual(
      ids.map((id, i) => `${id} ${i < done ? 'before' : 'now'}`),
    );
    expect((await env.status()).head.position).toBe(20 + 20 + (done > 0 ? 1 : 0));
  });

  it('goes on also where it moved the next one of an order key itself', async () => {
    const ids = await make(4, 'ann');
    const plan = await env.sessions.plan({ op: 'remove' }, ids);
    await gather(env.sessions.applyPlan({ ...plan, items: plan.items.slice(0, 2) }));
    expect((await env.sessions.get('s-2'))?.status).toBe('ready');
    expect(await gather(env.sessions.applyPlan(plan, { atOnce: 100 }))).toEqual([
      ...['s-0 before', 's-1 before', 's-2 now', 's-3 now'],
    ]);
  });
});

describe('a session that went on since the plan', () => {
  it.each<[string, (id: string) => Promise<unknown>]>([
    ['was led', (id) => other.sessions.lead({ session: id }, 'w', 60)],
    ['got data', (id) => other.sessions.append(id, 2)],
    ['was removed', (id) => other.sessions.remove(id)],
    ['was parked by somebody else', (id) => other.sessions.park(id, 'the server is down')],
    ['was parked and brought back', async (id) => [await other.sessions.park(id, 'x'), await other.sessions.ready(id)]],
    [
      'was parked by another plan',
      async (id) => gather(other.sessions.applyPlan(await other.sessions.plan(park, [id]))),
    ],
  ])('and %s is left alone and told; the others are not held up', async (_, meanwhile) => {
    const ids = await make(3);
    const plan = await env.sessions.plan(park, ids);
    await meanwhile('s-1');
    const version = await recordsOf('s-1');
    expect(await gather(env.sessions.applyPlan(plan))).toEqual(['s-0 now', 's-1 SESSION_CHANGED', 's-2 now']);
    expect(await recordsOf('s-1')).toBe(version);
  });

  it('and since it was selected is refused by the plan', async () => {
    await make(2);
    const [first, second] = [await env.sessions.get('s-0'), await env.sessions.get('s-1')];
    await other.sessions.append('s-0', 2);
    const targets = [first, second].map((session) => ({ id: session?.id ?? '', position: session?.position ?? 0 }));
    expect(effects(await env.sessions.plan({ op: 'remove' }, targets))).toEqual([
      's-0 SESSION_CHANGED',
      's-1 ready → removed',
    ]);
  });

  it('between the look and the write is left alone', async () => {
    const { env: mine, storage } = await place.open();
    await make(1);
    const plan = await mine.sessions.plan({ op: 'remove' }, ['s-0']);
    storage.beforeWrite = async () => void (await other.sessions.append('s-0', 2));
    expect(await gather(mine.sessions.applyPlan(plan))).toEqual(['s-0 SESSION_CHANGED']);
    expect(await recordsOf('s-0')).toBe(2);
  });
});

it('one that is led by who is alive is made ready by force alone, and its operator is refused from then on', async () => {
  await make(1);
  env.leases.hold({ id: 'alive', lease: 60, detached: true });
  await env.sessions.lead({ session: 's-0' }, 'alive', 60);
  expect(effects(await env.sessions.plan({ op: 'ready' }, ['s-0']))).toEqual(['s-0 SESSION_ACTIVE']);
  const plan = await env.sessions.plan({ op: 'ready', force: true }, ['s-0']);
  expect(await gather(env.sessions.applyPlan(plan))).toEqual(['s-0 now']);
  expect(await env.sessions.append('s-0', 1, { epoch: 1 })).toMatchObject({ rejection: { code: 'SESSION_FENCED' } });
});

it('the session of a saga is not removed by a plan', async () => {
  const app = { sagas: { order: { steps: [{ name: 'pay', do: { run: () => null } }] } } };
  const { env: shop } = await new Workplace().open(app);
  await shop.sagas.start('order', 1, { id: 'o-1' });
  expect(effects(await shop.sessions.plan({ op: 'remove' }, ['o-1']))).toEqual(['o-1 SAGA_STATE']);
});

it.each([
  [undefined],
  [[]],
  [{ v: 1, unit: 'u', id: 'p', items: [] }],
  [{ v: 1, unit: 'u', id: 'p', items: [], operation: { op: 'append' } }],
  [{ v: 1, unit: 'u', id: 'p', items: [], operation: { op: 'park' } }],
  [{ v: 1, unit: 'u', id: '', items: [], operation: { op: 'remove' } }],
  [{ v: 1, unit: 'u', id: 'p', items: [{ id: 'a', position: 1 }], operation: { op: 'remove' } }],
  [{ v: 1, unit: 'u', id: 'a\nb', items: [], operation: { op: 'remove' } }],
  [{ v: 1, unit: 'u', id: 'p', head: 5, items: [], operation: { op: 'remove' } }],
])('a file that is no plan is refused: %j', async (input) => {
  await expect(gather(env.sessions.applyPlan(input))).rejects.toMatchObject({ code: 'PLAN_INVALID' });
});

it.each([
  ['id', ''],
  ['before', 5],
  ['after', {}],
  ['operator', {}],
  ['theme', null],
  ['epoch', '1'],
  ['unchanged', 'yes'],
  ['refused', 'yes'],
  ['refused', { code: 'SESSION_ACTIVE' }],
])(
  'a plan whose item was damaged at %s is refused before anything is done, and the place is named',
  async (field, value) => {
    const plan = await env.sessions.plan(park, await make(2));
    const items = [plan.items[0], { ...plan.items[1], [field]: value }];
    await expect(gather(env.sessions.applyPlan({ ...plan, items }))).rejects.toMatchObject({
      code: 'PLAN_INVALID',
      details: { path: `items[1].${field}` },
    });
    expect(await recordsOf('s-0')).toBe(1);
  },
);

it('a plan of a later version is refused, and both versions are told', async () => {
  const plan = { ...(await env.sessions.plan(park, [])), v: 2 };
  await expect(gather(env.sessions.applyPlan(plan))).rejects.toMatchObject({
    code: 'PLAN_INVALID',
    message: 'the plan has version 2, and this program reads version 1',
  });
});

it('a plan that was changed to another operation does not call done what the first one did', async () => {
  const plan = await env.sessions.plan(park, await make(2));
  await gather(env.sessions.applyPlan({ ...plan, items: plan.items.slice(0, 1) }));
  const changed = { ...plan, operation: { op: 'remove' } };
  expect(await gather(env.sessions.applyPlan(changed))).toEqual(['s-0 SESSION_CHANGED', 's-1 now']);
});

it('a plan that was made at a later state, before a backup was restored, is refused', async () => {
  const plan = await env.sessions.plan(park, await make(1));
  for (const other of [{ head: '99' }, { digest: '0123456789abcdef' }])
    await expect(gather(env.sessions.applyPlan({ ...plan, ...other }))).rejects.toMatchObject({ code: 'PLAN_STALE' });
  expect(await recordsOf('s-0')).toBe(1);
});

it('the plan of another environment is refused', async () => {
  const plan = { ...(await env.sessions.plan(park, [])), unit: 'another' };
  await expect(gather(env.sessions.applyPlan(plan))).rejects.toMatchObject({ code: 'PLAN_STALE' });
});
