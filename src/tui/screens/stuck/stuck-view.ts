import type { StuckSession, WaitChain } from '../../../index.ts';
import { type Column, drawRow, headOf } from '../../line/columns.ts';
import { fitTo, line, rule, type StyledLine, span, wrap } from '../../line/styled-line.ts';
import type { Look } from '../../model/app-state.ts';
import type { Room } from '../../model/screen.ts';
import { ageOf, clockOf } from '../../parts/row-parts.ts';

const columns: readonly Column[] = [
  { title: 'SESSION' },
  { title: 'THEME', width: 16 },
  { title: 'REASON', width: 8 },
  { title: 'STUCK FOR', width: 9, align: 'right' },
  { title: 'OWNER', width: 14, from: 100 },
  { title: 'EPOCH', width: 5, align: 'right', from: 100 },
  { title: 'TRIES', width: 5, align: 'right' },
  { title: 'NEXT TRY', width: 9 },
];

/** The titles of the list. */
export function stuckHead(total: number): StyledLine {
  return headOf(columns, total);
}

/** One session that is stuck. */
export function stuckLine({ session, reason, age, owner, nextTry }: StuckSession, total: number): StyledLine {
  const tone = reason === 'failing' || reason === 'slow' ? 'warn' : 'bad';
  return drawRow(
    columns,
    [
      span(session.id, 'key'),
      session.themeName,
      span(reason, tone),
      ageOf(age),
      owner ?? '-',
      String(session.epoch),
      String(session.attempts),
      nextTry === undefined ? '-' : clockOf(nextTry),
    ],
    total,
  );
}

/** A session that is stuck, what waits for it, and the sign of life of its owner in words. */
export interface StuckMore {
  readonly one: StuckSession;
  readonly chain: WaitChain | undefined;
  readonly sign: string;
}

/** Why one is stuck, what waits for it, and what to do about it. */
export function stuckDetail({ one, chain, sign }: StuckMore, look: Look, room: Room): StyledLine[] {
  const { session, reason, detail, next } = one;
  const total = room.columns;
  const lines = [
    rule(span(`${session.id}: why`, 'strong'), total, look.isAscii),
    ...wrap(`${reason}: ${detail}`, total - 2, { most: 3 }).map(indent),
    ...(session.error === undefined || detail.includes(session.error)
      ? []
      : wrap(`last error: ${session.error}`, total - 2, { most: 2, tone: 'bad' }).map(indent)),
    indent(line(sign)),
    ...chainLines(chain).map(indent),
  ];
  const bound = Math.max(2, room.rows - 1);
  return [
    ...lines.slice(0, bound),
    fitTo(line(span(' -> ', 'dim'), span(next, 'strong'), span('   y copies it', 'dim')), total),
  ];
}

function indent(pieces: StyledLine): StyledLine {
  return [span(' '), ...pieces];
}

/** The sessions that wait for it: each with what it waits for. */
function chainLines(chain: WaitChain | undefined): StyledLine[] {
  if (!chain) return [line(span('what waits for it: …', 'dim'))];
  if (chain.waiters.length === 0) return [line('nothing waits for it')];
  const count = `${chain.waiters.length}${chain.more ? ' or more' : ''}`;
  const rows = chain.waiters.map(({ id, why, waitsFor, depth }) =>
    line(
      `${'  '.repeat(depth)}`,
      span(id, 'key'),
      why === 'order' ? ` waits behind ${waitsFor}` : ` is a saga that asked for ${waitsFor}`,
    ),
  );
  return [line(`waiting for it: ${count}`), ...rows];
}
