// Goal: the local order places one batch after the other, each on what the ones before left. Method: batches at once.
import { expect, it } from 'vitest';
import { localOrder } from '../../src/order/local/local-order.ts';
import { openMemoryStorage } from '../../src/storage/memory/memory-storage.ts';

const key = Buffer.from('count');

it('each commit sees what those before it wrote, and one that throws leaves nothing', async () => {
  const storage = openMemoryStorage();
  const order = localOrder(storage, { withIndexes: false });
  const place = (by: number, fail = false) =>
    order.confirm((tx) => {
      const count = (tx.get('meta', key)?.[0] ?? 0) + by;
      tx.put('meta', key, Buffer.from([count]));
      if (fail) throw new Error('it failed');
      return count;
    });
  const results = await Promise.allSettled([place(1), place(10), place(100, true), place(5)]);
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    1,
    11,
    'failed',
    16,
  ]);
  await storage.close();
});
