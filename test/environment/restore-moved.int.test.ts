// Goal: an environment can be made from one that a rebuild moves to another generation just then, or moved before its maker
// died. Method: the state that such a death leaves, and rebuilds and copies at the same time.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage } from '../../src/environment/open-storage.ts';
import { type Environment, openEnvironment, restore } from '../../src/index.ts';
import { readHead, writeHead } from '../../src/layout/meta.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'txlog-moved-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const add = (env: Environment) => env.submit({ type: 'count', changes: [{ op: 'add', key: 'n', value: 1 }] });

async function headOf(dir: string): Promise<number> {
  const env = await openEnvironment(dir, { readOnly: true });
  const { position } = await env.head();
  await env.close();
  return position;
}

it.each([true, false])(
  'whose rebuild died before it named the new generation (with a journal: %s)',
  async (journal) => {
    const [whole, crashed] = [join(place, 'whole'), join(place, 'crashed')];
    const env = await openEnvironment(whole, { create: true, journal });
    await add(env);
    await env.close();
    cpSync(whole, crashed, { recursive: true });
    const again = await openEnvironment(whole);
    await again.rebuild();
    await add(again);
    await again.close();
    cpSync(join(whole, 'g2'), join(crashed, 'g2'), { recursive: true });
    const old = openStorage({ dir: join(crashed, 'g1') });
    old.transact((tx) => writeHead(tx, { ...readHead(tx), moved: 2 }));
    await old.close();
    await restore(crashed, join(place, 'made'));
    expect(await headOf(join(place, 'made'))).toBe(2);
  },
);

it('that is rebuilt again and again', async () => {
  const env = await openEnvironment(join(place, 'env'), { create: true });
  await add(env);
  let isOver = false;
  const rebuilding = (async () => {
    while (!isOver) await env.rebuild();
  })();
  try {
    for (let i = 0; i < 4; i++) {
      await restore(join(place, 'env'), join(place, `made-${i}`));
      expect(await headOf(join(place, `made-${i}`))).toBe(1);
    }
  } finally {
    isOver = true;
    await rebuilding;
    await env.close();
  }
});
