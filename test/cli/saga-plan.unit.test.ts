// Goal: a plan of words to sagas does what it says to each, once, or tells why not. Method: orders that cannot be undone in
// an environment in memory; plans that are applied whole, in parts, twice, and after something else happened.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  defineApp,
  type Environment,
  type Intervened,
  type InterventionPlan,
  type JsonValue,
  openEnvironment,
  type SagaCommand,
} from '../../src/index.ts';

const app = defineApp({
  sagas: {
    order: {
      steps: [
        {
          name: 'pay',
          do: { run: () => null },
          compensate: { retry: { attempts: 1 }, run: ({ data }) => fail(data, 'refund') },
        },
        { name: 'ship', do: { retry: { attempts: 1 }, run: ({ data }) => fail(data, 'ship') } },
      ],
    },
  },
});

function fail(data: JsonValue, name: string): void {
  if ((data as readonly string[]).includes(name)) throw new Error(`${name} failed`);
}

const retry: SagaCommand = { kind: 'retry' };
const by = { reason: 'the bank is back', actor: 'ann' };
let env: Environment;

beforeEach(async () => {
  env = await openEnvironment(':memory:', { create: true, app });
  for (const id of ['a', 'b', 'c']) await env.sagas.start('order', ['ship', 'refund'], { id });
  await env.sagas.start('order', [], { id: 'done' });
  await work();
});
afterEach(() => env.close());

async function work(): Promise<void> {
  await env.work({ untilEmpty: true }).done;
}

async function gather(results: AsyncIterable<Intervened>): Promise<string[]> {
  const texts: string[] = [];
  for await (const result of results) {
    const what =
      'error' in result ? result.error.code : 'done' in result ? 'done' : 'planned' in result ? 'planned' : 'said';
    texts.push(`${result.id} ${what}`);
  }
  return texts;
}

async function wordsTo(id: string): Promise<number> {
  const { log } = await env.sagas.get(id);
  return log.filter(({ event, reason }) => event.event === 'retry' && reason === by.reason).length;
}

it('making a plan writes nothing, and says which sagas are refused', async () => {
  const { head } = await env.status();
  const plan = await env.sagas.plan(retry, ['a', 'done', 'nothing']);
  expect(plan.items.map(({ id, phase, refused }) => [id, phase, refused?.code])).toEqual([
    ['a', 'failed', undefined],
    ['done', 'done', 'SAGA_STATE'],
    ['nothing', undefined, 'SAGA_NOT_FOUND'],
  ]);
  expect((await env.status()).head).toEqual(head);
});

it('applying a plan leaves out the sagas that it refused, and a dry run tells which are left', async () => {
  const plan = await env.sagas.plan(retry, ['a', 'done', 'b']);
  expect(await gather(env.sagas.applyPlan(plan, { ...by, dryRun: true }))).toEqual(['a planned', 'b planned']);
  expect(await wordsTo('a')).toBe(0);
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a said', 'b said']);
});

it('a plan that stopped goes on where it was, and intervenes in no saga twice', async () => {
  const plan = await env.sagas.plan(retry, ['a', 'b', 'c']);
  // As after a crash in the middle.
  await gather(env.sagas.applyPlan({ ...plan, items: plan.items.slice(0, 1) }, by));
  await work();
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a done', 'b said', 'c said']);
  await work();
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a done', 'b done', 'c done']);
  expect(await Promise.all(['a', 'b', 'c'].map(wordsTo))).toEqual([1, 1, 1]);
});

it('a saga that has something new since the plan is left alone, and told; the others are not held up by it', async () => {
  const plan = await env.sagas.plan(retry, ['a', 'b', 'c']);
  await env.sagas.force('b', 'compensated', { reason: 'paid back by cheque' });
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a said', 'b SESSION_CHANGED', 'c said']);
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a done', 'b SESSION_CHANGED', 'c done']);
  expect(await Promise.all(['a', 'b', 'c'].map(wordsTo))).toEqual([1, 0, 1]);
});

it('what somebody else said meanwhile is not taken for the work of the plan', async () => {
  const plan = await env.sagas.plan(retry, ['a']);
  await env.sagas.retry('a', by);
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['a SESSION_CHANGED']);
});

it('a plan tells how each saga stands, and how it would stand', async () => {
  const { items } = await env.sagas.plan({ kind: 'force', outcome: 'compensated' }, ['a', 'done']);
  expect(items.map(({ before, after }) => [before, after])).toEqual([
    ['failed, parked', 'failed, to be compensated, ready'],
    ['done, ended', undefined],
  ]);
  const undone = await env.sagas.plan({ kind: 'compensate' }, ['done']);
  expect(undone.items[0]?.after).toBe('done, ended; done/undo undoes it');
});

it('a saga that went on while others were intervened in is refused alone', async () => {
  const { intervenes } = await import('../../src/sagas/intervene/apply-plan.ts');
  const { items } = await env.sagas.plan(retry, ['a', 'b']);
  await env.sagas.skip('b', { reason: 'paid back in cash' });
  const planned = items.map(({ id, position }) => ({ id, position: Number(position) }));
  expect(await gather(intervenes(env, { word: retry, items: planned }, by))).toEqual(['a said', 'b SESSION_CHANGED']);
});

it('a plan undoes a saga that is done once, however often it is applied', async () => {
  const plan = await env.sagas.plan({ kind: 'compensate' }, ['done']);
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['done said']);
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['done done']);
  await work();
  expect((await env.sagas.get('done/undo')).phase).toBe('compensated');
});

it('a session of somebody else under the id that an undoing would have is not taken for it', async () => {
  const plan = await env.sagas.plan({ kind: 'compensate' }, ['done']);
  await env.sessions.create('mail', 1, { id: 'done/undo' });
  expect(await gather(env.sagas.applyPlan(plan, by))).toEqual(['done REQUEST_ID_CONFLICT']);
  const { items } = await env.sagas.plan({ kind: 'compensate' }, ['done']);
  expect(items[0]).toMatchObject({ refused: { code: 'REQUEST_ID_CONFLICT' } });
});

it('a saga that was undone before stands so already, and its plan says so', async () => {
  await env.sagas.compensate('done', by);
  const { items } = await env.sagas.plan({ kind: 'compensate' }, ['done']);
  expect(items[0]).toMatchObject({ id: 'done', unchanged: true });
});

describe('by a filter, a second time', () => {
  it('the same end is not forced again, another one is', async () => {
    const force = { kind: 'force', outcome: 'compensated' } as const;
    expect(await gather(env.sagas.say(force, ['a'], by))).toEqual(['a said']);
    expect(await gather(env.sagas.say(force, ['a'], by))).toEqual(['a SAGA_STATE']);
    expect((await env.sagas.plan(force, ['a'])).items[0]).toMatchObject({ refused: { code: 'SAGA_STATE' } });
    expect(await gather(env.sagas.say({ kind: 'force', outcome: 'done' }, ['a'], by))).toEqual(['a said']);
  });

  it('no step is skipped but one that fails, unless it is named', async () => {
    const skip = { kind: 'skip' } as const;
    expect(await gather(env.sagas.say(skip, ['a'], by))).toEqual(['a said']);
    expect(await gather(env.sagas.say(skip, ['a'], by))).toEqual(['a SAGA_STATE']);
  });
});

it('a plan that was changed to another command does not call done what the first one did', async () => {
  const plan = await env.sagas.plan(retry, ['a', 'b']);
  await gather(env.sagas.applyPlan({ ...plan, items: plan.items.slice(0, 1) }, by));
  const changed = { ...plan, word: { kind: 'force', outcome: 'done' } };
  expect(await gather(env.sagas.applyPlan(changed, by))).toEqual(['a SESSION_CHANGED', 'b said']);
});

it.each([
  [undefined],
  [null],
  [[]],
  [{ v: 2 }],
  [{ v: 1, unit: 'u', items: [], word: { kind: 'answer' } }],
  [{ v: 1, unit: 'u', items: [], word: { kind: 'force' } }],
  [{ v: 1, unit: 'u', items: [{ id: 'a' }], word: { kind: 'retry' } }],
  [{ v: 1, unit: 'u', items: [{ id: 'a', position: '1e3' }], word: { kind: 'retry' } }],
  [{ v: 1, unit: 'u', items: [{ id: 'r-1', position: '1', keys: [] }] }],
])('a file that is not a plan is refused: %j', async (input) => {
  await expect(gather(env.sagas.applyPlan(input))).rejects.toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
});

it('the plan of another environment is refused', async () => {
  const plan: InterventionPlan = { ...(await env.sagas.plan(retry, ['a'])), unit: 'another' };
  await expect(gather(env.sagas.applyPlan(plan))).rejects.toThrow(expect.objectContaining({ code: 'PLAN_STALE' }));
});

it('a plan intervenes in more sagas than fit into one call', async () => {
  const ids = Array.from({ length: 450 }, (_, i) => `x-${i}`);
  await Promise.all(ids.map((id) => env.sagas.start('order', [], { id, delay: 3_600 })));
  const results = await gather(env.sagas.say({ kind: 'compensate' }, [...ids, 'nothing'], by));
  expect(results).toEqual([...ids.map((id) => `${id} said`), 'nothing SAGA_NOT_FOUND']);
});
