import { given } from '../../core/base/given.ts';
/** Where a person stands in a list: by the id of what is selected, so that rows may come, go and change places. */
export interface ListState {
  readonly id?: string;
  /** Where it stood last: what takes its place when it is gone. */
  readonly index: number;
  /** First row that is shown. */
  readonly top: number;
  /** The last row stays selected, whatever comes. */
  readonly isAtEnd?: boolean;
}

/** Something that can be selected. */
export interface Identified {
  readonly id: string;
  /** Is passed over. */
  readonly isTitle?: boolean;
}

/** A list that nobody has moved in. */
export const freshList: ListState = { index: 0, top: 0 };

/** The row that is selected: the same one as before, or what came into its place. */
export function selectedIndex(list: ListState, rows: readonly Identified[]): number {
  if (rows.length === 0) return -1;
  if (list.isAtEnd) return rows.length - 1;
  // Most often it is where it was.
  if (list.id !== undefined && rows[list.index]?.id !== list.id) {
    const found = rows.findIndex(({ id }) => id === list.id);
    if (found >= 0) return found;
  }
  return nextToTitle(Math.min(Math.max(0, list.index), rows.length - 1), rows, 1);
}

/** The nearest row that is no title, in one direction first. */
function nextToTitle(index: number, rows: readonly Identified[], step: 1 | -1): number {
  for (let at = index; at >= 0 && at < rows.length; at += step) if (!rows[at]?.isTitle) return at;
  for (let at = index; at >= 0 && at < rows.length; at -= step) if (!rows[at]?.isTitle) return at;
  return index;
}

/** The list as it is after rows changed, with what is selected in sight; `height` in rows. */
export function settle(list: ListState, rows: readonly Identified[], height: number): ListState {
  const index = selectedIndex(list, rows);
  if (index < 0) return { ...list, top: 0 };
  const id = rows[index]?.id;
  const room = Math.max(1, height);
  const highest = Math.max(0, rows.length - room);
  // The selected row stays in its line of the screen while rows come and go above it, but for a list at its top.
  const before = list.top > 0 && rows[index]?.id === list.id ? list.top + index - list.index : list.top;
  const top = Math.max(0, Math.min(highest, Math.max(index - room + 1, Math.min(before, index))));
  const { id: _, ...rest } = list;
  return { ...rest, index, top, ...given({ id }) };
}

/** The rows that there are, and how many of them are in sight. */
export interface ListRoom {
  readonly rows: readonly Identified[];
  readonly height: number;
}

/** Moves by so many rows. */
export function moveBy(list: ListState, room: ListRoom, by: number): ListState {
  return moveTo(list, room, selectedIndex(list, room.rows) + by);
}

/** Moves to a row; what is beyond the ends is the first or the last one. */
export function moveTo(list: ListState, { rows, height }: ListRoom, to: number): ListState {
  if (rows.length === 0) return list;
  const wanted = Math.min(Math.max(0, to), rows.length - 1);
  const index = nextToTitle(wanted, rows, wanted < list.index ? -1 : 1);
  const id = rows[index]?.id;
  return settle({ index, top: list.top, ...given({ id }) }, rows, height);
}
