import type { Order } from '../../ports/order.ts';
import type { Storage } from '../../ports/storage.ts';

/**
 * The order of one machine: whoever holds the storage's writer lock is next. `withIndexes`: a record and its rows of the indexes
 * are one write.
 */
export function localOrder(storage: Storage, { withIndexes }: { readonly withIndexes: boolean }): Order {
  return { confirm: (place) => storage.write(place, withIndexes ? 'any' : 'log') };
}
