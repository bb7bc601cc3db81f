import type { ListLook } from '../../text/colors.ts';
import { shortTime, timeText } from '../../text/time.ts';

/** A time in a column of a list: short on a terminal, whole where nothing is cut. */
export function columnTime(time: number, look: ListLook): string {
  return look.columns === undefined ? timeText(time) : shortTime(time);
}
