import { crc32 } from 'node:zlib';
import { given } from '../core/base/given.ts';
import type { Session, SessionStatus } from '../core/fold/session.ts';
import type { Snapshot, WriteTx } from '../ports/storage.ts';
import { damagedRow } from './damaged-row.ts';
import { keyText, prefixEnd, textKey } from './keys.ts';
import { readMeta, writeMeta } from './meta.ts';

/** Sessions of a theme: how many have each status now, and how many ever came and went. */
export interface ThemeCounts {
  readonly ready: number;
  readonly behind: number;
  readonly active: number;
  readonly stored: number;
  readonly parked: number;
  readonly created: number;
  readonly removed: number;
  /** Sessions that came and went in the span of `rateSpanMs` of the last change, and in the one before. */
  readonly recent: { readonly span: number; readonly in: number; readonly out: number };
  readonly earlier: { readonly in: number; readonly out: number };
}

/** Length of the spans in which traffic is counted, in ms. */
export const rateSpanMs = 10_000;

/** Counts of a theme without sessions. */
export const emptyThemeCounts: ThemeCounts = {
  ...{ ready: 0, behind: 0, active: 0, stored: 0, parked: 0, created: 0, removed: 0 },
  ...{ recent: { span: 0, in: 0, out: 0 }, earlier: { in: 0, out: 0 } },
};

/** The number that a theme has unless its app names another: the same in every environment. */
export function themeNumber(name: string): number {
  return crc32(name);
}

const countsKey = (theme: number): string => `theme/${theme}`;

/** Counts of a theme as of the head. */
export function readThemeCounts(snapshot: Snapshot, theme: number): ThemeCounts {
  const counts = readMeta<ThemeCounts>(snapshot, countsKey(theme)) ?? emptyThemeCounts;
  if (hasShape(counts, emptyThemeCounts)) return counts;
  throw damagedRow('meta', countsKey(theme), 'it is no count of sessions');
}

/** Whether a value has the numbers of `shape`, and those of the objects in it. */
function hasShape(value: unknown, shape: object): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(shape).every(([name, expected]) => {
    const found = (value as Record<string, unknown>)[name];
    return typeof expected === 'number' ? Number.isSafeInteger(found) : hasShape(found, expected);
  });
}

/** Numbers of all themes that have counts. */
export function themesCounted(snapshot: Snapshot): readonly number[] {
  const start = textKey(countsKey(0).slice(0, -1));
  const end = prefixEnd(start);
  const rows = [...snapshot.range('meta', given({ start, end }))];
  return rows.map(({ key }) => Number(keyText(key).slice(start.length)));
}

/** The effect of records of one span of time on the counts of a theme. */
type Delta = { readonly span: number } & Record<SessionStatus | 'created' | 'removed', number>;

/** The effect of a batch on the counts of themes. */
export class ThemeTally {
  /** The counts of each theme, by span. */
  private readonly deltas = new Map<number, Delta[]>();

  /**
   * Counts one session that became another: undefined before it was made, and once it is removed. `time` is that of the
   * record, in ms since 1970; it never goes back.
   */
  add(before: Session | undefined, after: Session | undefined, time: number): void {
    const theme = (before ?? after)?.theme;
    if (theme === undefined) return;
    const delta = this.deltaOf(theme, Math.floor(time / rateSpanMs));
    if (before) delta[before.status] -= 1;
    else delta.created += 1;
    if (after) delta[after.status] += 1;
    else delta.removed += 1;
  }

  /** Writes the counts, with the records of the batch. */
  write(tx: WriteTx): void {
    for (const [theme, deltas] of this.deltas)
      writeMeta(tx, countsKey(theme), deltas.reduce(countOn, readThemeCounts(tx, theme)));
  }

  private deltaOf(theme: number, span: number): Delta {
    const known = this.deltas.get(theme);
    const last = known?.at(-1);
    if (last?.span === span) return last;
    const delta = { span, ready: 0, behind: 0, active: 0, stored: 0, parked: 0, created: 0, removed: 0 };
    if (known) known.push(delta);
    else this.deltas.set(theme, [delta]);
    return delta;
  }
}

function countOn(counts: ThemeCounts, { span, ...delta }: Delta): ThemeCounts {
  const { recent, earlier } = counts;
  const known = span === recent.span ? recent : { span, in: 0, out: 0 };
  const before =
    span === recent.span ? earlier : span === recent.span + 1 ? { in: recent.in, out: recent.out } : { in: 0, out: 0 };
  return {
    ready: counts.ready + delta.ready,
    behind: counts.behind + delta.behind,
    active: counts.active + delta.active,
    stored: counts.stored + delta.stored,
    parked: counts.parked + delta.parked,
    created: counts.created + delta.created,
    removed: counts.removed + delta.removed,
    recent: { span, in: known.in + delta.created, out: known.out + delta.removed },
    earlier: before,
  };
}
