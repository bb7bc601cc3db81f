// Goal: doctor sees attachments that are missing, damaged, named by nobody or left in parts, and names the next step. Method: an
// environment whose files are removed, changed and made old, and the words of the finding for a long log.
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { attachmentFindings } from '../../src/cli/doctor/examine-attachments.ts';
import { examineEnvironment } from '../../src/cli/doctor/examine-environment.ts';
import type { Environment } from '../../src/index.ts';
import { AttachedEnvironment } from './attached-environment.ts';

let attached: AttachedEnvironment;
let dir: string;
let env: Environment;
beforeEach(async () => {
  attached = await AttachedEnvironment.make();
  ({ dir, env } = attached);
});
afterEach(() => attached.remove());

const fileOf = (digest: string) => attached.fileOf(digest);
const put = (text: string) => attached.put(text);
const name = (...attachments: readonly string[]) => attached.name(...attachments);
const found = async () =>
  (await examineEnvironment(dir, Date.now()))
    .filter(({ check }) => check === 'attachments')
    .map(({ level, text, next }) => [level, text, next?.[0]]);

it('says nothing where there are none, and how many there are where all is well', async () => {
  expect(await found()).toEqual([]);
  await name(await put('one'), await put('two'));
  expect(await found()).toEqual([
    ['ok', '2 attachments of 6 B; all that records name are here, all are undamaged', undefined],
  ]);
});

it('names what is missing, damaged, unnamed and left', async () => {
  const [missing, damaged, unnamed] = [await put('missing'), await put('damaged'), await put('unnamed')];
  await name(missing, damaged);
  await name('0'.repeat(64));
  rmSync(fileOf(missing));
  writeFileSync(fileOf(damaged), 'changed');
  async function* broken() {
    yield Buffer.from('a part');
    throw new Error('cut');
  }
  await expect(env.attachments.put(broken(), { resumeAs: 'u' })).rejects.toThrow('cut');
  const weekAgo = Date.now() / 1_000 - 8 * 24 * 3_600;
  const parts = join(dir, 'attachments/parts');
  for (const path of [fileOf(unnamed), ...readdirSync(parts).map((part) => join(parts, part))])
    utimesSync(path, weekAgo, weekAgo);
  expect(await found()).toEqual([
    ['fail', `missing: 1 attachment, the first is ${missing}`, 'txlog attachment verify'],
    ['fail', `damaged: 1 attachment, the first is ${damaged}`, 'txlog attachment verify'],
    ['warn', 'no record names 1 attachment of 7 B, unused for 7 days', 'txlog attachment gc --dry-run'],
    ['warn', 'interrupted puts left 6 B a week ago', 'txlog attachment gc --dry-run'],
  ]);
});

it('says what it did not look at', () => {
  const none = { damaged: [], missing: [], unnamed: undefined, partBytes: 0, isWhole: false };
  const [finding] = attachmentFindings({ count: 9, bytes: 9e9, read: { count: 2, bytes: 1e6 }, ...none });
  expect(finding).toMatchObject({
    level: 'ok',
    text: '9 attachments of 9 GB; those of the newest records are here, 2 were read; `attachment verify` reads all',
  });
});
