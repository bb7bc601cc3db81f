import type { Order } from '../../ports/order.ts';
import type { Storage } from '../../ports/storage.ts';

/** The order of one machine: whoever holds the storage's writer lock is next. */
export function localOrder(storage: Storage): Order {
  return { confirm: (place) => storage.write(place) };
}
