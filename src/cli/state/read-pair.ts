import { TxlogError } from '../../core/base/errors.ts';
import type { StatePair } from '../../shapes/state-diff.ts';
import { keyNotFound } from '../frame/key-argument.ts';
import { resolvePoint } from '../frame/point-in-log.ts';
import type { SharedCalls } from '../reach/reached.ts';

/**
 * Reads a key at one or two points; the second is now unless told otherwise.
 *
 * Errors: USAGE, POSITION_NOT_FOUND; KEY_NOT_FOUND when it has a state at neither.
 */
export async function readStatePair(env: SharedCalls, key: string, points: readonly string[]): Promise<StatePair> {
  if (points.length > 2) throw new TxlogError('USAGE', 'give --as-of once or twice');
  const [first = '', second] = points;
  const from = await readAt(env, key, await resolvePoint(env, first));
  const to = await readAt(
    env,
    key,
    second === undefined ? (await env.head()).position : await resolvePoint(env, second),
  );
  if (!from.state && !to.state) throw keyNotFound(key, points.join(' or '));
  return { key, from, to };
}

async function readAt(env: SharedCalls, key: string, position: number): Promise<StatePair['from']> {
  return { position, state: await env.get(key, { asOf: position }) };
}
