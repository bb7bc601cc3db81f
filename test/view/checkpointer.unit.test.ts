// Goal: while another process is to make the checkpoints, what this one keeps in memory stays bounded whether that one works
// or not; and what is left at the end is little. Method: a checkpointer on one memory, beside a helper that does nothing.
import { beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { TypeRegistry } from '../../src/layout/type-registry.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { Checkpointer } from '../../src/view/checkpointer.ts';
import { View } from '../../src/view/view.ts';
import { openOn, SteeredClock } from '../sim/open-env.ts';

let files: MemoryFiles;
let env: Environment;
beforeEach(async () => {
  files = new MemoryFiles();
  env = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
});

const set = (key: string, units: number) =>
  env.submit({ type: 'set', changes: [{ op: 'set', key, value: 'x'.repeat(units) }] });
const idler = { isAtWork: () => true, begin() {}, async end() {} };
const gone = { ...idler, isAtWork: () => false };

function checkpointer(bounds: { records: number; bytes: number; left: number }, background = idler) {
  const [storage, view] = [openMemoryStorage(files), new View(new TypeRegistry())];
  const made = new Checkpointer({ storage, view, bounds, clock: new SteeredClock({ time: 0 }), background });
  const catchUp = () => storage.read((snapshot) => view.catchUp(snapshot));
  const work = async () => {
    catchUp();
    while (await made.step());
  };
  return { made, view, catchUp, work };
}

it.each([
  ['records', { records: 4, bytes: 1_000_000, left: 0 }],
  ['bytes', { records: 1_000, bytes: 4_000, left: 0 }],
])('the tail does not grow beyond twice its bound of %s beside a helper that is stuck', async (_, bounds) => {
  const { work, view } = checkpointer(bounds);
  for (let i = 1; i <= 20; i++) {
    await set(`key-${i}`, 1_000);
    await work();
    expect(view.head.position - view.watermark).toBeLessThanOrEqual(9);
  }
});

it.each([
  ['few records', 10, 3],
  ['a large record', 300_000, 0],
])('%s: what is left at the end is folded fast by who comes next', async (_, units, left) => {
  const { made, work, view } = checkpointer({ records: 1_000, bytes: 100_000_000, left: 64 }, gone);
  for (let i = 1; i <= 3; i++) await set(`key-${i}`, units);
  await work();
  await made.close();
  expect(view.head.position - view.watermark).toBe(left);
});

it.each([
  ['is left to a helper that is at work for others', idler, 10, 5],
  ['is written where no helper is at work any more', gone, 10, 0],
  ['is written where it is so much that the helper cannot keep up', idler, 2, 0],
])('at the end the tail %s', async (_, background, records, left) => {
  const { made, view, catchUp } = checkpointer({ records, bytes: 1_000_000, left: 0 }, background);
  for (let i = 1; i <= 5; i++) await set(`key-${i}`, 10);
  catchUp();
  await made.close();
  expect(view.head.position - view.watermark).toBe(left);
});
