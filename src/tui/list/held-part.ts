import type { ListState } from './list-state.ts';

/** So near to an edge of what is held, the next part is asked for. */
const nearEdge = 60;

/** The part of a list that is held, around one of its rows or at its end; at its beginning where nothing is said. */
export type Around<T> = { readonly at: T } | 'end';

/** A part of a list of any length. */
export interface HeldPart<T> {
  readonly rows: readonly T[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
}

/**
 * The part that is wanted after a command: the beginning, the end, or what is around the row that one came to, near an
 * edge of what is held. Undefined where it stays.
 */
export function nextPart<T>(
  command: string,
  list: ListState,
  held: HeldPart<T> | undefined,
): { readonly around?: Around<T> } | undefined {
  if (command === 'first') return {};
  if (command === 'last') return { around: 'end' };
  const row = held?.rows[list.index];
  if (command !== 'moved' || !held || row === undefined) return undefined;
  const isNearTop = held.hasBefore && list.index < nearEdge;
  const isNearEnd = held.hasAfter && list.index >= held.rows.length - nearEdge;
  return isNearTop || isNearEnd ? { around: { at: row } } : undefined;
}
