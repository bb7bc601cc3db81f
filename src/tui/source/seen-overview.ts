import type { Overview } from '../../index.ts';

/** While nothing happens, what time alone changes, such as ages, is told so seldom, in ms. */
const restMs = 5_000;

/** The overview that was told last: one that says the same is not drawn again, so that an idle screen costs next to nothing. */
export class SeenOverview {
  private last: { readonly overview: Overview; readonly time: number } | undefined;

  /** Whether an overview, got at `now` in ms by the wall clock, which may be set back, is to be told; then it counts as told. */
  isNews(overview: Overview, now: number): boolean {
    const { last } = this;
    const isRecent = last !== undefined && now >= last.time && now - last.time < restMs;
    if (isRecent && isQuiet(overview) && isSame(last.overview, overview)) return false;
    this.last = { overview, time: now };
    return true;
  }
}

/** Rates and the chart move for a minute after the last record. */
function isQuiet({ throughput }: Overview): boolean {
  return throughput.every((records) => records === 0);
}

function isSame(before: Overview, after: Overview): boolean {
  return namesIn(before) === namesIn(after);
}

/** All that comes and goes with a record, with a worker, or as time makes it due. */
function namesIn({ generation, head, needs, stuck, queues, workers, builds }: Overview): string {
  const due = queues.map(({ oldest }) => oldest?.id);
  const trouble = [...needs.map(({ about }) => about.name), ...stuck.map(({ reason }) => reason)];
  const building = builds.map(({ process }) => process);
  return JSON.stringify([
    generation,
    head.position,
    trouble,
    due,
    workers.map(({ operator }) => operator.id),
    building,
  ]);
}
