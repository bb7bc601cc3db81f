import { given } from '../../../core/base/given.ts';
import { limits } from '../../../core/base/limits.ts';
import type { StoredRecord } from '../../../index.ts';
import { formatCount } from '../../../text/printable.ts';
import { line, type StyledLine, span } from '../../line/styled-line.ts';
import { type AppState, type Crumb, loadProblem, wantKey } from '../../model/app-state.ts';
import type { Place, Want } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { logHead, recordLine } from './log-view.ts';

type Here = Extract<Place, { readonly screen: 'log' }>;

/** So near to the end of what is held, the next part is asked for. */
const nearEnd = 60;

/** The log: at its end it follows; anywhere else it stays. Only a window of it is held. */
export const logScreen: Screen<Here> = {
  title: ({ where, key }) => (key === undefined ? `log${where === '' ? '' : ` where ${where}`}` : `log of ${key}`),
  wants: (_, { place }) => [windowOf(place)],
  rows: (state, place) => recordsIn(state, place).map(rowOf),
  head: (state, place, { columns }) => [placeLine(state, place), logHead(columns)],
  empty: (state, place) => {
    const problem = loadProblem(state, windowOf(place));
    if (problem) return problem.message;
    return state.loaded.has(wantKey(windowOf(place))) ? 'No record.' : 'Reading …';
  },
  turn: (state, crumb, command) => turn(state, crumb, command),
  commands: ['first', 'last'],
};

/** The window that a place shows. */
export function windowOf({ where, key, around }: Here): Want {
  return {
    ...{ want: 'records', where },
    ...given({ key }),
    ...given({ around }),
  };
}

/** The records that are held for a place: until the window is there, what was held before it. */
function recordsIn({ loaded }: AppState, place: Here): readonly StoredRecord[] {
  const own = loaded.get(wantKey(windowOf(place)))?.value as readonly StoredRecord[] | undefined;
  if (own) return own;
  const { around: _, ...same } = windowOf(place) as Extract<Want, { readonly want: 'records' }>;
  for (const [name, { value }] of [...loaded].reverse()) {
    const want = JSON.parse(name) as Extract<Want, { readonly want: 'records' }>;
    if (want.want === 'records' && want.where === same.where && want.key === same.key && value !== undefined)
      return value as readonly StoredRecord[];
  }
  return [];
}

/** A record never changes: its row is made once, and drawn once for each width. */
const rowsOfRecords = new WeakMap<StoredRecord, ScreenRow>();

function rowOf(record: StoredRecord): ScreenRow {
  const known = rowsOfRecords.get(record) ?? newRow(record);
  rowsOfRecords.set(record, known);
  return known;
}

function newRow(record: StoredRecord): ScreenRow {
  const { position, type, id, outcome, actor = '' } = record;
  const key = record.changes.map((change) => change.key).join(' ');
  let drawn: { readonly total: number; readonly line: StyledLine } | undefined;
  return {
    id: String(position),
    fields: { position, type, id, outcome, actor, key },
    draw(total) {
      if (drawn?.total !== total) drawn = { total, line: recordLine(record, total) };
      return drawn.line;
    },
    link: { screen: 'record', position, part: 'changes' },
  };
}

function placeLine({ overview }: AppState, { around, where }: Here): StyledLine {
  const head = overview?.head.position ?? 0;
  const how = around === undefined ? span('follows', 'good') : span(`around ${around}`, 'warn');
  return line(' ', how, ` of ${formatCount(head)}`, where === '' ? '' : span(`  where ${where}`, 'key'));
}

/** The window moves with the selected record; at the end of the log it follows again. */
function turn(state: AppState, { place, list }: Crumb & { readonly place: Here }, command: string): Place | undefined {
  if (command === 'first') return { ...place, around: 1 };
  if (command === 'last') {
    const { around: _, ...end } = place;
    return end;
  }
  if (command !== 'moved' || list.id === undefined) return undefined;
  const records = recordsIn(state, place);
  const first = records[0]?.position ?? 0;
  const last = records.at(-1)?.position ?? 0;
  const isFull = records.length >= limits.screenRows / 2;
  const isNearTop = list.index < nearEnd && first > 1 && isFull;
  const isNearBottom = place.around !== undefined && list.index > records.length - nearEnd;
  const at = Number(list.id);
  if (place.around === undefined) return list.isAtEnd ? undefined : { ...place, around: at };
  if (!isNearTop && !(isNearBottom && last < (state.overview?.head.position ?? 0))) return undefined;
  return at === place.around ? undefined : { ...place, around: at };
}
