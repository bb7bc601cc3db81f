import type { Need, Overview } from '../../../index.ts';
import { rule } from '../../line/styled-line.ts';
import type { Action } from '../../model/action.ts';
import type { AppState } from '../../model/app-state.ts';
import type { Place } from '../../model/places.ts';
import type { Screen, ScreenRow } from '../../model/screen.ts';
import { textRow } from '../../parts/row-parts.ts';
import { sessionActions } from '../../parts/session-actions.ts';
import { needLine, overviewHead, queueHead, queueLine } from './overview-view.ts';

type Here = Extract<Place, { readonly screen: 'overview' }>;

/** How the environment stands: health, queues, and what needs a person. */
export const overviewScreen: Screen<Here> = {
  title: () => 'overview',
  wants: () => [],
  rows: ({ overview, look, columns }) =>
    overview ? [...needRows(overview, look.isAscii, columns), ...queueRows(overview, look)] : [],
  head: ({ overview, look }, _, room) => (overview ? overviewHead(overview, look, room) : []),
  empty: ({ overview }) => (overview ? 'No queue: no session was ever made.' : 'Reading …'),
  actions: ({ overview }, _, row) => actionsOf(overview, row),
};

function needRows({ needs }: Overview, isAscii: boolean, columns: number): ScreenRow[] {
  const title = needs.length === 0 ? 'Nothing needs you' : `Needs you (${needs.length})`;
  return [
    { ...textRow('needs', rule(title, columns - 2, isAscii)), isTitle: true },
    ...needs.map((need) => ({
      id: needId(need),
      fields: { name: need.about.name, text: need.text, stuck: need.age ?? 0 },
      draw: (total: number) => needLine(need, total),
      link: linkOf(need),
    })),
  ];
}

/** The row of a need: the same while it is the same one, however it is told. */
export function needId({ about, text }: Need): string {
  return `need ${about.kind} ${about.name} ${text.split(':')[0]}`;
}

function linkOf({ about, next }: Need): Place {
  if (about.kind === 'session') return { screen: 'session', id: about.name };
  if (about.kind === 'saga') return { screen: 'saga', id: about.name };
  if (about.kind === 'origin') return { screen: 'origins' };
  return next.includes('session stuck')
    ? { screen: 'stuck', theme: about.name }
    : { screen: 'queue', theme: about.name };
}

function queueRows({ queues, time, stuck }: Overview, look: AppState['look']): ScreenRow[] {
  const orphans = stuck.filter(({ reason }) => reason === 'dead' || reason === 'late' || reason === 'gone');
  const leftIn = (name: string) => orphans.filter(({ session }) => session.themeName === name).length;
  const rows = queues.map((queue) => ({
    id: `queue ${queue.name}`,
    fields: { queue: queue.name, depth: queue.counts.ready + queue.counts.behind, parked: queue.counts.parked },
    draw: (total: number) => queueLine(queue, { time, look, left: leftIn(queue.name) }, total),
    link: { screen: 'queue' as const, theme: queue.name },
  }));
  if (rows.length === 0) return [];
  const title = (total: number) => queueHead(total);
  return [{ id: 'queues', fields: {}, draw: title, isTitle: true }, ...rows];
}

/** The actions of what a row leads to: of a session or saga that needs a person, also without going there. */
function actionsOf(overview: Overview | undefined, row: ScreenRow | undefined): readonly Action[] {
  const { link } = row ?? {};
  if (link?.screen === 'session' || link?.screen === 'saga') {
    const one = overview?.stuck.find(({ session }) => session.id === link.id);
    return one ? sessionActions(one.session) : [];
  }
  const name = link?.screen === 'queue' ? link.theme : undefined;
  const queue = overview?.queues.find((one) => one.name === name);
  return queue ? [{ verb: queue.paused ? 'resume' : 'pause', ids: [queue.name] }] : [];
}
