import { createRequire } from 'node:module';
import type { Type } from 'avsc';

/**
 * Avro's types. Loaded by the first record that is read: a submit that only writes does not pay for it. The types alone,
 * without avsc's streams and services, load in a third of the time.
 */
export function loadAvro(): { readonly Type: typeof Type } {
  return createRequire(import.meta.url)('avsc/lib/types.js') as { readonly Type: typeof Type };
}
