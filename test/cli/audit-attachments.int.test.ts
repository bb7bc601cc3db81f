// Goal: verify misses no attachment that a committed record names, and reads all of them when it is asked to. Method: files that
// are removed, cut and changed, beside rejected records and attachments that nothing names.
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/index.ts';
import { AttachedEnvironment } from './attached-environment.ts';

let attached: AttachedEnvironment;
let env: Environment;
beforeEach(async () => {
  attached = await AttachedEnvironment.make();
  ({ env } = attached);
});
afterEach(() => attached.remove());

const fileOf = (digest: string) => attached.fileOf(digest);
const put = (text: string) => attached.put(text);
const name = (...attachments: readonly string[]) => attached.name(...attachments);

it('finds one that is missing once, at its first record, and counts those that are named', async () => {
  const [kept, gone] = [await put('kept'), await put('gone')];
  await name(kept);
  await name(kept, gone);
  await name(gone);
  expect(await name('0'.repeat(64))).toMatchObject({ outcome: 'rejected' });
  expect(await env.verify()).toMatchObject({ ok: true, attachments: 2 });
  rmSync(fileOf(gone));
  const { ok, firstPosition, problems } = await env.verify();
  expect([ok, firstPosition]).toEqual([false, 2]);
  expect(problems).toMatchObject([{ code: 'ATTACHMENT_MISSING', place: `attachments/${gone}`, position: 2 }]);
});

it('reads all of them when it is asked to, and tells how far it is', async () => {
  const [named, cut, unnamed] = [await put('a'.repeat(700_000)), await put('b'.repeat(600_000)), await put('c')];
  await name(named, cut);
  const told: (readonly [number, number])[] = [];
  const onAttachmentBytes = (done: number, total: number) => void told.push([done, total]);
  expect(await env.verify({ onAttachmentBytes })).toMatchObject({ ok: true, attachments: 2 });
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)).toEqual([1_300_001, 1_300_001]);
  expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b));
  truncateSync(fileOf(cut), 599_999);
  writeFileSync(fileOf(unnamed), 'd');
  // Whether the bytes are right is not looked at else.
  expect(await env.verify()).toMatchObject({ ok: true });
  const { problems } = await env.verify({ onAttachmentBytes });
  expect(problems.map(({ code, place }) => `${code} ${place}`).sort()).toEqual(
    [cut, unnamed].map((digest) => `ATTACHMENT_DAMAGED attachments/${digest}`).sort(),
  );
});

it('says nothing of attachments where none is named', async () => {
  await name();
  expect(await env.verify()).not.toHaveProperty('attachments');
});
