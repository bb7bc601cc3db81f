// Goal: a tree holds all that belongs together, says when it is cut, and is gathered beside other work. Method: environments
// in memory; turns of the event loop are counted on a clock of its own, not timed.
import { describe, expect, it } from 'vitest';
import { compileWhere } from '../../src/app/where.ts';
import { formatLinkedTree } from '../../src/cli/print/linked-tree-page.ts';
import { systemClock } from '../../src/clock/system.ts';
import { limits } from '../../src/core/base/limits.ts';
import { openEnvironment, type RequestInput } from '../../src/index.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { makeColors } from '../../src/text/colors.ts';
import { CountingClock } from '../view/counting-clock.ts';

const open = (clock: Clock = systemClock) => openEnvironment(':memory:', { create: true, clock });
const request = (id: string, more: Partial<RequestInput> = {}): RequestInput => ({
  ...{ id, type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] },
  ...more,
});
const many = (count: number, of: (i: number) => RequestInput) => Array.from({ length: count }, (_, i) => of(i));

describe('a tree of linked requests', () => {
  it('is the same from each of its requests, also where the id of one was a correlation before', async () => {
    const env = await open();
    await env.submit(request('one', { correlation: 'basket-7' }));
    await env.enqueue(request('two', { correlation: 'basket-7' }));
    await env.submit(request('three', { causation: 'later' }));
    const treeOf = async (id: string) => (await env.linked(id)).nodes.map((node) => node.id);
    expect(await treeOf('basket-7')).toEqual(['one', 'two']);
    await env.submit(request('basket-7'));
    await env.sessions.create('mail', null, { id: 'later' });
    await env.submit(request('four', { causation: 'basket-7' }));
    for (const id of ['one', 'two', 'basket-7', 'four'])
      expect([id, await treeOf(id)]).toEqual([id, ['one', 'two', 'basket-7', 'four']]);
    for (const id of ['later', 'three']) expect([id, await treeOf(id)]).toEqual([id, ['later', 'three']]);
    await env.close();
  });

  it('is whole up to its bound; above that it has the first requests, and the command that lists all', async () => {
    const env = await open();
    const requests = many(limits.treeNodesMax, (i) => request(`r-${i}`, { correlation: "Ann's" }));
    await env.submitChecked(requests.map((input) => env.check(input)));
    const whole = await env.linked("Ann's");
    expect([whole.nodes.length, whole.truncated]).toEqual([limits.treeNodesMax, false]);
    expect(formatLinkedTree(whole, 'r-1', makeColors(false))).toMatch(/^Ann's: 1,000 requests and sessions\n/);
    await env.submit(request('last', { correlation: "Ann's" }));
    const tree = await env.linked('last');
    expect([tree.nodes, tree.truncated]).toEqual([whole.nodes, true]);
    const lines = formatLinkedTree(tree, 'r-1', makeColors(false)).split('\n');
    expect([lines[0], ...lines.slice(-2)]).toEqual([
      "Ann's: the first 1,000 requests and sessions",
      'there are more: a tree holds the first 1,000 of the log',
      `next: txlog log --where 'correlation == "Ann'\\''s"'`,
    ]);
    const where = await compileWhere(`correlation == "Ann's"`);
    expect(await env.count({ where })).toBe(limits.treeNodesMax + 1);
    await env.close();
  });

  it.each([
    ['large records that belong to it', 'c', 20_000],
    ['larger ones that do not', 'd', 100_000],
  ])('leaves the event loop to others while it reads %s', async (_, correlation, length) => {
    const clock = new CountingClock();
    const env = await open(clock);
    const payload = 'x'.repeat(length);
    const requests = many(60, (i) => request(`r-${i}`, { correlation, payload }));
    await env.submitChecked(requests.map((input) => env.check(input)));
    await env.linked('c');
    const before = clock.turns;
    expect((await env.linked('c')).nodes).toHaveLength(correlation === 'c' ? 60 : 0);
    // Each look takes a millisecond: one a record, of a slice of ten at most.
    expect(clock.turns - before).toBeGreaterThanOrEqual(60 / limits.sliceMs - 1);
    await env.close();
  });

  it('leaves the event loop to others while it looks at many sessions', async () => {
    const clock = new CountingClock();
    const env = await open(clock);
    const operations = many(200, (i) => request(`s-${i}`)).map(({ id = '' }) => ({
      ...{ op: 'new' as const, session: id, theme: 'mail', chunk: { data: null } },
      links: { correlation: 'c' },
    }));
    await env.operate([{ op: 'together', operations }]);
    await env.linked('c');
    const before = clock.turns;
    expect((await env.linked('c')).nodes).toHaveLength(200);
    expect(clock.turns - before).toBeGreaterThan(2);
    await env.close();
  });
});
