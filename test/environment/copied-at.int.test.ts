import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { examineEnvironment } from '../../src/cli/doctor/examine-environment.ts';
import { openEnvironment, restore } from '../../src/index.ts';

// Goal: of two environments that are copies of one another and both go on, the copy can say that it is one.

const root = mkdtempSync(join(tmpdir(), 'txlog-copied-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each(['copy.mdb', 'copy'])('%s, and what is restored from it, say where they were made', async (name) => {
  const dir = join(root, `of-${name}`);
  const original = await openEnvironment(dir, { create: true });
  const add = { type: 't', changes: [{ op: 'add', key: 'n', value: 1 }] } as const;
  for (let i = 0; i < 3; i++) await original.submit(add);
  await original.backup(join(dir, name));
  const place = join(root, `from-${name}`);
  await restore(join(dir, name), place);
  await original.submit(add);
  expect((await original.status()).copiedAt).toBeUndefined();
  await original.close();

  const copy = await openEnvironment(place);
  expect(await copy.status()).toMatchObject({ copiedAt: 3, head: { position: 3 } });
  expect(await copyFinding(place)).toMatchObject({
    level: 'ok',
    text: 'made at position 3; nothing was written since',
  });
  await copy.submit(add);
  await copy.rebuild();
  expect(await copy.status()).toMatchObject({ copiedAt: 3, head: { position: 4 } });
  await copy.close();
  expect(await copyFinding(place)).toMatchObject({ level: 'warn', next: ['txlog log --from 4 -n 1'] });
  expect(await copyFinding(dir)).toBeUndefined();
});

it('an environment of a unit of its own, made from a copy, does not count as a copy', async () => {
  const env = await openEnvironment(join(root, 'from-copy'));
  await env.replayTo({ position: 2, dir: join(root, 'then') });
  await env.close();
  expect(await copyFinding(join(root, 'then'))).toBeUndefined();
});

async function copyFinding(dir: string) {
  return (await examineEnvironment(dir, Date.now())).find(({ check }) => check === 'copy');
}
