import type { TransactionReport } from '../../../index.ts';
import { line, span } from '../../line/styled-line.ts';
import { type AppState, type Crumb, loadedValue, loadProblem } from '../../model/app-state.ts';
import type { Place, RecordPart, Want } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { recordRows } from './record-view.ts';

type Here = Extract<Place, { readonly screen: 'record' }>;

const parts: readonly RecordPart[] = ['changes', 'json', 'hex'];

/** One record: what it changed, as JSON, as bytes; along its key to the record before and after. */
export const recordScreen: Screen<Here> = {
  title: ({ position }) => `record ${position}`,
  wants: (_, { place }) => [reportOf(place)],
  rows: (state, place) => {
    const report = loadedValue<TransactionReport>(state, reportOf(place));
    return report ? recordRows(report, place.part, { columns: state.columns, isAscii: state.look.isAscii }) : [];
  },
  head: (_, place) => [
    line(
      ' ',
      ...parts.flatMap((part) => [
        span(part === place.part ? `[${part}]` : ` ${part} `, part === place.part ? 'strong' : 'dim'),
        ' ',
      ]),
    ),
  ],
  empty: (state, place) => loadProblem(state, reportOf(place))?.message ?? 'Reading …',
  turn,
  commands: ['part', 'back on key', 'on along key'],
};

function reportOf({ position }: Here): Want {
  return { want: 'record', position };
}

function turn(state: AppState, { place, list }: Crumb & { readonly place: Here }, command: string): Place | undefined {
  if (command === 'part') return { ...place, part: parts[(parts.indexOf(place.part) + 1) % parts.length] ?? 'changes' };
  const report = loadedValue<TransactionReport>(state, reportOf(place));
  if (!report || (command !== 'back on key' && command !== 'on along key')) return undefined;
  const keys = [...report.keys, ...report.sessions];
  const at = Number(/ (\d+)$/.exec(list.id ?? '')?.[1] ?? Number.NaN);
  const key =
    keys.find((one) => one.key === place.key) ??
    (/^(before|after|previous|next)/.test(list.id ?? '') ? keys[at] : keys[0]);
  const to = command === 'back on key' ? key?.previous : key?.next;
  return key && to ? { ...place, position: to.position, key: key.key } : undefined;
}
