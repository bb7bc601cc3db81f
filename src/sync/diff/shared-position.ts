import { toHex } from '../../layout/hex.ts';
import { positionKey } from '../../layout/keys.ts';
import { recordDigest } from '../../layout/record-codec.ts';
import type { ViewReader } from '../../view/reader.ts';

/** Digest of the record at a position, in hex; undefined past the end of the log. */
export function digestAt(env: ViewReader, position: number): Promise<string | undefined> {
  return env.read(({ snapshot }) => {
    const bytes = snapshot.get('log', positionKey(position));
    return bytes && toHex(recordDigest(bytes));
  });
}

/**
 * The last position up to which two logs are the same. Each digest covers all records before it, so that a search in
 * halves finds it: the time grows with the logarithm of the log.
 */
export async function findCommonPosition(a: ViewReader, b: ViewReader): Promise<number> {
  const heads = await Promise.all([a, b].map((env) => env.read(({ head }) => head.position)));
  let low = 0;
  let high = Math.min(...heads);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [left, right] = await Promise.all([digestAt(a, middle), digestAt(b, middle)]);
    if (left === right) low = middle;
    else high = middle - 1;
  }
  return low;
}
