// Goal: an audit finds what the chain must cover, however much of the log is not in the indexes yet. Method: rows are
// changed behind the engine's back, on an environment all of whose records are a tail that no checkpoint has seen.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { positionKey, textKey } from '../../src/layout/keys.ts';
import { typeKey } from '../../src/layout/type-registry.ts';
import type { Storage, WriteTx } from '../../src/ports/storage.ts';
import { MemoryFiles, openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { openOn } from '../sim/open-env.ts';
import { shrinkLimits } from '../sim/shrink-limits.ts';

shrinkLimits({ appliedPerChunk: 4, postingsPerChunk: 3 });
const records = 3_000;

let files: MemoryFiles;
let storage: Storage;
let env: Environment;

beforeEach(async () => {
  files = new MemoryFiles();
  storage = openMemoryStorage(files);
  env = await openOn(storage, { bound: Number.POSITIVE_INFINITY });
  const requests = Array.from({ length: records }, (_, i) => ({
    id: `r-${i + 1}`,
    type: i % 2 === 0 ? 'even' : 'odd',
    changes: [
      { op: 'add' as const, key: 'n', value: 1 },
      { op: 'claim' as const, key: `d/${i % 2_000}` },
    ],
  }));
  await env.submitChecked(requests.map((request) => env.check(request)));
});
afterEach(() => env.close());

const change = (work: (tx: WriteTx) => void) => storage.write(work);
/** As another process sees it, which has folded nothing yet. */
async function audit() {
  const other = await openOn(openMemoryStorage(files), { bound: Number.POSITIVE_INFINITY });
  const reports = { verify: await other.verify(), rescan: await other.rescanVerify() };
  await other.close();
  return reports;
}

describe('a log that no index has seen', () => {
  it('is verified, alone and against a new fold', async () => {
    expect((await env.status()).watermark).toBe(0);
    const { verify, rescan } = await audit();
    for (const report of [verify, rescan]) expect(report).toMatchObject({ ok: true, records, problems: [] });
    expect((await env.rescanVerify()).problems).toEqual([]);
  });

  it('is found damaged at the position of a record that was changed', async () => {
    await change((tx) => {
      const bytes = Buffer.from(tx.get('log', positionKey(2_500)) ?? []);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      tx.put('log', positionKey(2_500), bytes);
    });
    const { verify, rescan } = await audit();
    for (const report of [verify, rescan]) expect(report).toMatchObject({ ok: false, firstPosition: 2_500 });
    expect(verify.problems.map(({ code }) => code)).toContain('CHAIN_BROKEN');
  });
});

describe('the name of a type', () => {
  it.each([
    ['changed', (tx: WriteTx) => tx.put('types', typeKey(2), textKey('other')), 'the table says other'],
    ['removed', (tx: WriteTx) => tx.delete('types', typeKey(2)), 'the table says nothing'],
  ])('is covered by the chain: an audit finds a name that was %s in the table', async (_, work, said) => {
    await change(work);
    const { verify, rescan } = await audit();
    const problem = {
      code: 'INDEX_DIFFERS',
      place: 'types/2',
      reason: `${said}, its first record says odd`,
      position: 2,
    };
    for (const report of [verify, rescan]) expect(report).toMatchObject({ ok: false, problems: [problem], more: 0 });
  });

  it('is covered by the chain: an audit finds two names that have changed places', async () => {
    await change((tx) => {
      tx.put('types', typeKey(1), textKey('odd'));
      tx.put('types', typeKey(2), textKey('even'));
    });
    const { verify } = await audit();
    expect(verify.problems.map(({ place }) => place)).toEqual(['types/1', 'types/2']);
  });

  it('cannot be changed in the log without breaking its chain', async () => {
    await change((tx) => {
      const bytes = Buffer.from(tx.get('log', positionKey(2)) ?? []);
      const at = bytes.indexOf('odd');
      expect(at).toBeGreaterThan(0);
      bytes.write('ODD', at);
      tx.put('log', positionKey(2), bytes);
      tx.put('types', typeKey(2), textKey('ODD'));
    });
    expect((await audit()).verify.problems.map(({ code, position }) => [code, position])).toContainEqual([
      'CHAIN_BROKEN',
      2,
    ]);
  });
});
