import { serviceOfTheme } from '../../../core/app/parcel.ts';
import { sessionKey } from '../../../core/fold/session.ts';
import type { JsonValue, WaitChain } from '../../../index.ts';
import { type SessionPage, sessionAfter } from '../../../pages/session.ts';
import { line, rule, type Span, type StyledLine, span } from '../../line/styled-line.ts';
import { placeOfSession } from '../../model/places.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { jsonLines } from '../../parts/json-lines.ts';
import { ageOf, clockOf, textRow } from '../../parts/row-parts.ts';

/** A session as a page: how it stands, what waits for it, its data, what happened to it. */
export function sessionRows(
  page: SessionPage,
  chain: WaitChain | undefined,
  { now, columns, isAscii }: { readonly now: number; readonly columns: number; readonly isAscii: boolean },
): ScreenRow[] {
  const title = (text: string): ScreenRow => ({
    ...textRow(`title ${text}`, rule(span(text, 'strong'), columns - 2, isAscii)),
    isTitle: true,
  });
  return [
    ...standing(page, now).map((pieces, i) => textRow(`standing ${i}`, pieces)),
    ...waiting(chain),
    title(`Data (${page.data.length})`),
    ...page.data.flatMap((chunk, i) => dataLines(chunk).map((pieces, j) => textRow(`data ${i} ${j}`, pieces))),
    title('History'),
    ...page.history.map((entry) => historyRow(page, entry)),
  ];
}

function pair(name: string, ...value: readonly (Span | string)[]): StyledLine {
  return line(span(` ${name.padEnd(10)} `, 'dim'), ...value);
}

function standing({ session, operator, data }: SessionPage, now: number): StyledLine[] {
  if (!session) return [pair('status', span('removed', 'dim'))];
  const { status, since, due, attempts, epoch, order, error, themeName, createdAt } = session;
  const tone = status === 'parked' ? 'bad' : status === 'active' ? 'good' : 'plain';
  return [
    pair(
      'status',
      span(status, tone),
      ` for ${ageOf(now - since)}`,
      status === 'stored' ? `, due at ${clockOf(due)}` : '',
    ),
    pair('theme', span(themeName, 'key'), order === undefined ? '' : `, order key ${order}`),
    pair('led', `epoch ${epoch}, ${attempts} attempts, ${session.operator ?? 'by nobody'}`, operatorText(operator)),
    ...parcelOf(themeName, data[0]),
    pair('made', `${ageOf(now - createdAt)} ago`),
    ...(error === undefined ? [] : [pair('error', span(error, 'bad'))]),
  ];
}

/** A parcel: the service and the queue that it is for. */
function parcelOf(theme: string, data: SessionPage['data'][number] | undefined): StyledLine[] {
  const service = serviceOfTheme(theme);
  if (service === undefined) return [];
  const { queue, id } = (data ?? {}) as { readonly queue?: string; readonly id?: string };
  const to = [span(service, 'key'), queue === undefined ? '' : `, queue ${queue}, as ${id ?? ''}`];
  return [pair('parcel', 'on its way to service ', ...to)];
}

function operatorText(state: SessionPage['operator']): string {
  if (!state) return '';
  const until = state.until === undefined ? '' : `, lease until ${clockOf(state.until)}`;
  if (!state.alive) return `: ${state.why}${until}`;
  const { host, process } = state.operator;
  return `: alive on ${host}${process === 0 ? ', a shell' : `, process ${process}`}${until}`;
}

function waiting(chain: WaitChain | undefined): ScreenRow[] {
  return (chain?.waiters ?? []).map(({ id, why, waitsFor, theme }) => ({
    ...textRow(
      `waiter ${id}`,
      pair('waited for', span(id, 'key'), ` ${why === 'order' ? 'behind' : 'asked for'} ${waitsFor}`),
    ),
    link: placeOfSession(id, theme),
  }));
}

function dataLines(chunk: SessionPage['data'][number]): StyledLine[] {
  if (chunk instanceof Uint8Array) return [line(' ', span(`${chunk.length} bytes`, 'dim'))];
  return jsonLines(chunk as JsonValue);
}

function historyRow({ id }: SessionPage, entry: SessionPage['history'][number]): ScreenRow {
  const { record } = entry;
  const after = sessionAfter(entry);
  const ops = record.changes.filter(({ key }) => key === sessionKey(id)).map(({ op }) => op.replace('session.', ''));
  const reason = (record.payload as { readonly reason?: unknown } | undefined)?.reason;
  const who = record.actor === undefined ? '' : ` by ${record.actor}`;
  const why = record.type === 'txlog.session' && typeof reason === 'string' ? `: ${reason}` : '';
  return {
    ...textRow(
      `record ${record.position}`,
      line(
        span(` ${String(record.position).padStart(9)} `, 'key'),
        `${clockOf(record.time)} ${ops.join(', ')} `,
        span(`-> ${after?.status ?? 'removed'}${who}${why}`, 'dim'),
      ),
    ),
    link: { screen: 'record', position: record.position, part: 'changes' },
  };
}
