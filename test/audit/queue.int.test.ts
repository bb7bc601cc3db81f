// Goal: a session that stands in a wrong place of its queue, or a theme that counts wrongly, is found, named, and mended
// from the log. Method: rows are damaged behind the engine's back, on an environment with sessions of every status, part of
// them in the indexes, part only in the tail of the log.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEnvironment } from '../../src/engine.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { textKey } from '../../src/layout/keys.ts';
import { nameOfQueueKey, queueKeyBytes, queueKeyOf, queuePrefix } from '../../src/layout/queue-keys.ts';
import { themeNumber } from '../../src/layout/theme-counts.ts';
import type { Row, WriteTx } from '../../src/ports/storage.ts';

const theme = themeNumber('mail');
let dir: string;
let env: Environment;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'txlog-audit-'));
  env = await openEnvironment(join(dir, 'env'), { create: true, journal: false });
  for (const id of ['s1', 's2', 's3', 's4']) await env.sessions.create('mail', { id }, { id, order: `o-${id}` });
  await env.sessions.create('mail', 1, { id: 'behind', order: 'o-s1' });
  await env.sessions.park('s3', 'poison');
  await env.sessions.lead({ session: 's4' }, 'me', 30);
  await env.close();
  env = await openEnvironment(join(dir, 'env'), { checkpointRecords: 1_000 });
});

afterEach(async () => {
  await env.close();
  rmSync(dir, { recursive: true, force: true });
});

const damage = (work: (tx: WriteTx, rows: readonly Row[]) => void) =>
  env.handle.storage.write((tx) => work(tx, [...tx.range('queue')]));

const named = (rows: readonly Row[], name: string): Uint8Array => {
  const row = rows.find(({ key }) => nameOfQueueKey(queueKeyOf(key)) === `${theme}/${name}`);
  expect(row, name).toBeDefined();
  return (row as Row).key;
};

/** What is found now, and by a handle that knows nothing but the disk; and that a rebuild leaves nothing to find. */
async function findAndMend() {
  const { problems } = await env.rescanVerify();
  const other = await openEnvironment(join(dir, 'env'), { readOnly: true });
  expect((await other.rescanVerify()).problems).toEqual(problems);
  await other.close();
  await env.rebuild();
  expect(await env.rescanVerify()).toMatchObject({ ok: true, problems: [] });
  return problems;
}

describe('rescan --verify of sessions', () => {
  it('finds nothing where nothing is wrong', async () => {
    await env.sessions.remove('s1');
    expect(await findAndMend()).toEqual([]);
  });

  it.each(['waiting/s1', 'parked/s3', 'active/s4', 'behind/behind', 'line/s2'])(
    'names a row of a queue that is missing: %s',
    async (name) => {
      await damage((tx, rows) => tx.delete('queue', named(rows, name)));
      const [problem, ...more] = await findAndMend();
      expect(problem).toMatchObject({ code: 'INDEX_DIFFERS', place: `queue/${theme}/${name}` });
      expect(problem?.reason).toBe('the index has no row, the log does');
      expect(problem?.position).toBeGreaterThan(0);
      expect(more).toEqual([]);
    },
  );

  it('names a row that should not be there, with the session or without', async () => {
    await damage((tx, rows) => {
      const [first] = rows;
      const twice = Buffer.from(first?.key ?? []);
      twice[5 + 7] = (twice[5 + 7] ?? 0) ^ 1;
      tx.put('queue', twice, new Uint8Array());
      tx.put('queue', queueKeyBytes(`${queuePrefix(theme, 'waiting')}${'\u0000'.repeat(16)}ghost`), new Uint8Array());
    });
    const problems = await findAndMend();
    expect(problems.map(({ place, reason }) => [place.split('/').at(-1), reason])).toEqual(
      expect.arrayContaining([['ghost', 'the index has a row that the log does not explain']]),
    );
    expect(problems).toHaveLength(2);
  });

  it('names a wrong row of a queue while the tail of the log still hides it', async () => {
    await damage((tx, rows) => {
      const wrong = Buffer.from(named(rows, 'waiting/s2'));
      wrong[5] = 1;
      tx.put('queue', wrong, new Uint8Array());
    });
    await env.sessions.park('s2', 'later');
    expect(await findAndMend()).toMatchObject([
      { place: `queue/${theme}/waiting/s2`, reason: 'the index has a row that its state does not explain' },
    ]);
  });

  it('names a count of a theme that is wrong', async () => {
    const place = `meta/theme/${theme}`;
    const key = textKey(`theme/${theme}`);
    const counts = (await env.sessions.theme('mail')).counts;
    await damage((tx) => tx.put('meta', key, Buffer.from(JSON.stringify({ ...counts, ready: 7, removed: 1 }))));
    expect(await findAndMend()).toMatchObject([
      { code: 'COUNT_WRONG', place, reason: `the row counts 7 ready, the log gives ${counts.ready}` },
      { code: 'COUNT_WRONG', place, reason: 'the row counts 1 removed, the log gives 0' },
    ]);
    await damage((tx) => tx.delete('meta', key));
    expect((await findAndMend()).map(({ code }) => code)).toContain('COUNT_WRONG');
    expect((await env.sessions.theme('mail')).counts).toEqual(counts);
  });
});
