import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { LinkedTree } from '../../index.ts';
import { parsePosition } from '../frame/point-in-log.ts';
import { showWork } from '../frame/progress-line.ts';
import type { SharedCalls } from '../reach/reached.ts';
import { type InspectNames, nameFlags, refuseNames } from './read-inspected.ts';

/**
 * Reads all that belongs to the request or session which the command line names; `talks` to tell how far it is.
 *
 * Errors: USAGE; POSITION_NOT_FOUND; TRANSACTION_NOT_FOUND when nothing belongs to it.
 */
export async function readTree(
  env: SharedCalls,
  name: string | undefined,
  { talks, ...flags }: InspectNames & { readonly talks: boolean },
): Promise<{ readonly id: string; readonly tree: LinkedTree }> {
  const id = await rootOf(env, name, flags);
  const { onProgress, stop } = showWork('reading the log', talks);
  const tree = await env.linked(id, onProgress).finally(stop);
  if (tree.nodes.length > 0) return { id, tree };
  throw new TxlogError('TRANSACTION_NOT_FOUND', `there is no transaction and no session ${id}`, {
    next: ['txlog log -n 10', 'txlog session list'],
  });
}

async function rootOf(env: SharedCalls, name: string | undefined, flags: InspectNames): Promise<string> {
  const forced = nameFlags.find((way) => flags[way] !== undefined);
  if ((name === undefined) === (forced === undefined)) throw refuseNames(name);
  const position = flags.position ?? (name === undefined ? undefined : parsePosition(name));
  if (position !== undefined) return (await env.transaction(position)).id;
  return present(flags.id ?? flags.session ?? name, 'name');
}
