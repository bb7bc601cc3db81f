import type { Place } from '../../model/places.ts';
import type { Screen } from '../../model/screen.ts';
import { originLine, originsHead } from './origins-view.ts';

/** Where the environment stands towards those that it takes dumps from. */
export const originsScreen: Screen<Extract<Place, { readonly screen: 'origins' }>> = {
  title: () => 'dumps and mirrors',
  wants: () => [],
  rows: ({ overview, now }) =>
    (overview?.origins ?? []).map((origin) => ({
      id: origin.origin,
      fields: { origin: origin.origin, mode: origin.mode, behind: origin.lag.records, lag: origin.lag.seconds * 1_000 },
      draw: (total) => originLine(origin, overview?.time ?? now, total),
    })),
  head: (_, __, { columns }) => [originsHead(columns)],
  empty: () => 'No dump was ever taken over.',
};
