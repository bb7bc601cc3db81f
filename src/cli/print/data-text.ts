import type { Data } from '../../index.ts';
import { formatValue } from '../../text/printable.ts';

/** A chunk of data for people. */
export function dataText(chunk: Data, columns = 100): string {
  return chunk instanceof Uint8Array ? `${chunk.length} bytes` : formatValue(chunk, columns);
}
