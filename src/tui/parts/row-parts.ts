import { sessionOfKey, themeOfKey } from '../../core/fold/session.ts';
import { toTime } from '../../index.ts';
import { formatDuration } from '../../text/duration.ts';
import { formatCount } from '../../text/printable.ts';
import { type Span, type StyledLine, span } from '../line/styled-line.ts';
import type { Look } from '../model/app-state.ts';
import type { ScreenRow } from '../model/screen.ts';

/** The time of day in UTC: `12:04:11Z`. */
export function clockOf(time: number): string {
  return `${toTime(time).slice(11, 19)}Z`;
}

/** As `clockOf`, without seconds. */
export function minuteOf(time: number): string {
  return `${toTime(time).slice(11, 16)}Z`;
}

/** A key of people as it is; one of the engine's own as what it stands for. */
export function keyName(key: string): string {
  const session = sessionOfKey(key);
  if (session !== undefined) return `session ${session}`;
  const theme = themeOfKey(key);
  return theme === undefined ? key : `theme ${theme}`;
}

const [second, minute] = [1_000, 60_000];

/** For how long: `42s`, `3m 20s`, `14m`. The longer, the coarser: nobody reads seconds that are drawn again each second. */
export function ageOf(ms: number): string {
  const step = ms < second ? 1 : ms < minute ? second : ms < 10 * minute ? 10 * second : minute;
  return formatDuration(Math.max(0, Math.floor(ms / step) * step));
}

/** A count in few characters: from ten thousand on it is rounded, and says so. */
export function countOf(count: number): string {
  if (count < 10_000) return formatCount(count);
  const [size, unit] = count < 1_000_000 ? [1_000, 'K'] : [1_000_000, 'M'];
  return `~${Math.floor((count / size) * 10) / 10}${unit}`;
}

/** The mark of something bad or doubtful: it says so without colour. */
export function markOf(level: 'bad' | 'warn'): Span {
  return level === 'bad' ? span('!!', 'bad') : span(' !', 'warn');
}

/** How rates compare: growing, shrinking or level. */
export function trendOf(rates: { readonly in: number; readonly out: number }, { isAscii }: Look): Span {
  const [up, down] = isAscii ? ['^', 'v'] : ['↑', '↓'];
  if (rates.in > rates.out * 1.5 + 0.1) return span(`${up}${up}`, 'warn');
  if (rates.in > rates.out * 1.05) return span(up);
  if (rates.out > rates.in * 1.05) return span(down, 'good');
  return span('=', 'dim');
}

/** A row that is one line of text, such as of a page. */
export function textRow(id: string, pieces: StyledLine, more: Pick<ScreenRow, 'link'> = {}): ScreenRow {
  return { id, fields: { text: pieces.map(({ text }) => text).join('') }, draw: () => pieces, ...more };
}
