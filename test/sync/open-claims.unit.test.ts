// Goal: the work for the pending claims of an origin grows with their number, not with its square. Method: blocks of records that
// claim, most of them confirmed late or never, with the rows that are read counted, and the looks at the time of a record.
import { expect, it } from 'vitest';
import type { LogRecord } from '../../src/core/log/record.ts';
import type { Snapshot, WriteTx } from '../../src/ports/storage.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';
import { findRunOut, keepOpenClaims } from '../../src/sync/import/open-claims.ts';
import type { Cut } from '../../src/view/cut.ts';

const blocks = 60;
const perBlock = 50;

/** Takes all blocks; how many rows were read, how often a record was asked for its time, and which claims ran out. */
async function workOf({ pending, second }: { readonly pending: number; readonly second: number }) {
  const storage = openMemoryStorage();
  const work = { rows: 0, times: 0, states: 0, runOut: [] as string[] };
  const counted = <T extends Snapshot>(snapshot: T): T =>
    Object.assign(Object.create(snapshot), {
      *range(...args: Parameters<Snapshot['range']>) {
        for (const row of snapshot.range(...args)) {
          work.rows += 1;
          yield row;
        }
      },
      put: (...args: Parameters<WriteTx['put']>) => (snapshot as unknown as WriteTx).put(...args),
      delete: (...args: Parameters<WriteTx['delete']>) => (snapshot as unknown as WriteTx).delete(...args),
    });
  const state = () => {
    work.states += 1;
    return { pendingUntil: 1 };
  };
  const record = (n: number) =>
    ({
      ...{ position: n + 1, id: `r-${n}`, outcome: 'committed' },
      changes: [{ op: 'claim', key: `k-${n}`, value: 1, pending }],
      get time() {
        work.times += 1;
        return n * second * 1_000;
      },
    }) as unknown as LogRecord;
  for (let block = 0; block < blocks; block++) {
    const records = Array.from({ length: perBlock }, (_, i) => record(block * perBlock + i));
    const ends = storage.read((snapshot) =>
      findRunOut({ snapshot: counted(snapshot), state } as unknown as Cut, 'origin', records),
    );
    work.runOut.push(...ends.flat().map(({ owner }) => owner));
    const time = (block * perBlock + perBlock - 1) * second * 1_000;
    await storage.write((tx) => keepOpenClaims(counted(tx), 'origin', { asked: records, time }));
  }
  await storage.close();
  return work;
}

const claims = blocks * perBlock;

it('claims that all stay open are not looked at again for each record', async () => {
  const { rows, times, states, runOut } = await workOf({ pending: 1e6, second: 1 });
  expect([rows, states, runOut]).toEqual([0, 0, []]);
  expect(times).toBeLessThan(claims * 6);
});

it('claims that run out one after another are read when their time has come, and not before', async () => {
  const { rows, times, states, runOut } = await workOf({ pending: 100, second: 1 });
  expect(runOut).toEqual(Array.from({ length: claims - 100 }, (_, n) => `r-${n}`));
  // Once to find that they ran out, and once to drop them.
  expect(rows).toBeLessThan(claims * 2 + 1);
  expect(states).toBeLessThan(claims + 1);
  expect(times).toBeLessThan(claims * 8);
});
