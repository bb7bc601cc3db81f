// Goal: what does not go together on the command line of a bulk command is refused before anything is opened; a plan of one
// command is refused by another one, by name; a rate is kept. Method: values of flags, plans as files, a counted source.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { type BulkAsked, type BulkValues, checkBulkFlags } from '../../../src/cli/bulk/bulk-flags.ts';
import { readPlanOf } from '../../../src/cli/bulk/plan-owner.ts';
import { atOnceOf, isDoneNow, paced, parseRate } from '../../../src/cli/bulk/rate.ts';

const dir = mkdtempSync(join(tmpdir(), 'txlog-plans-'));
afterAll(() => rmSync(dir, { recursive: true }));

const values: BulkValues = { plan: false, stuck: false, 'dry-run': false };
const asked = (more: Partial<BulkAsked>): BulkAsked => ({
  ...{
    command: 'saga retry',
    names: 0,
    selects: false,
    selecting: '--type and --where',
    needsReason: true,
    inPlan: [],
  },
  ...more,
});

it.each([
  [{}, {}, /give IDS/],
  [{ names: 1, selects: true }, {}, /exclude each other/],
  [{ names: 1 }, { apply: 'plan.json' }, /exclude each other/],
  [{ selects: true }, { apply: 'plan.json' }, /exclude each other/],
  [{}, { apply: 'plan.json', plan: true }, /--plan and --apply/],
  [{}, { apply: 'plan.json', out: 'other.json' }, /--plan and --apply/],
  [{ names: 1 }, { plan: true, 'dry-run': true }, /--plan and --dry-run/],
  [{ names: 1 }, {}, /--reason/],
  [{ inPlan: ['--force'] }, { apply: 'plan.json', reason: 'why' }, /--force is in the plan/],
] as const)('what is asked, %j with the flags %j, is refused', (more, given, message) => {
  expect(() => checkBulkFlags(asked(more), { ...values, ...given })).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
  );
});

it.each([
  [{ names: 1 }, { reason: 'why' }],
  [{ names: 2 }, { 'dry-run': true }],
  [{ selects: true }, { plan: true, out: 'plan.json' }],
  [{ selects: true }, { out: 'plan.json' }],
  [{ selects: true, needsReason: false }, {}],
  [{}, { apply: 'plan.json', 'dry-run': true }],
] as const)('what is asked, %j with the flags %j, is taken', (more, given) => {
  expect(() => checkBulkFlags(asked(more), { ...values, ...given })).not.toThrow();
});

it.each([
  ['saga retry', { word: { kind: 'retry' }, items: [] }],
  ['saga skip --step pay', { word: { kind: 'skip', step: 'pay' }, items: [] }],
  ['saga force --outcome done', { word: { kind: 'force', outcome: 'done' }, items: [] }],
  ['session park', { operation: { op: 'park', error: 'x' }, items: [] }],
  ['session retry', { operation: { op: 'ready' }, items: [] }],
  ['session unpark', { operation: { op: 'ready', only: 'parked' }, items: [] }],
  ['compensate', { items: [{ id: 'r-1', position: '1', keys: [] }] }],
])('a plan of %s is refused by another command, which names both', (owner, plan) => {
  const file = join(dir, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  expect(readPlanOf(file, owner)).toMatchObject({ plan });
  for (const command of ['session remove', 'saga compensate', 'compensate'].filter((one) => one !== owner))
    expect(() => readPlanOf(file, command)).toThrow(
      expect.objectContaining({
        code: 'PLAN_INVALID',
        message: `${file} is a plan of \`txlog ${owner}\`, not of \`txlog ${command}\``,
      }),
    );
});

it.each([
  ['50/s', 20],
  ['50', 20],
  ['600/m', 100],
  ['3600/h', 1_000],
  ['0.5/s', 2_000],
])('the rate %s is one each %i ms', (text, each) => {
  expect(parseRate('--rate', text)).toBe(each);
});

it.each(['', '0', '-1/s', '5/d', 'fast', '1/s/s', '0.001/h'])('%j is no rate', (text) => {
  expect(() => parseRate('--rate', text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('no more are done at once than come in a tenth of a second', () => {
  expect([undefined, 0.1, 1, 20, 100, 5_000].map(atOnceOf)).toEqual([100, 100, 100, 5, 1, 1]);
});

it('a source is taken no faster than its rate', async () => {
  const since = performance.now();
  let made = 0;
  async function* source() {
    for (; made < 5; made++) yield made;
  }
  const taken: number[] = [];
  for await (const item of paced(source(), 20)) taken.push(item);
  expect(taken).toEqual([0, 1, 2, 3, 4]);
  // It waits behind each: a slow machine only makes it longer.
  expect(performance.now() - since).toBeGreaterThanOrEqual(95);
});

it('a source that was held up is not made up for at once', async () => {
  async function* source() {
    yield 0;
    await sleep(200);
    for (let i = 1; i < 13; i++) yield i;
  }
  const since = performance.now();
  for await (const _ of paced(source(), 20));
  // 200 ms for none, and then no more than 100 ms early.
  expect(performance.now() - since).toBeGreaterThanOrEqual(200 + 12 * 20 - 100 - 5);
});

it('what is not done now takes no time', async () => {
  const done = { id: 'a', done: 1 };
  async function* source() {
    for (let i = 0; i < 100; i++) yield done;
  }
  const since = performance.now();
  for await (const _ of paced(source(), 1_000, { counts: isDoneNow }));
  expect(performance.now() - since).toBeLessThan(1_000);
});
