import type { BuildReading } from '../ports/build.ts';
import type { OperatorState } from '../ports/leases.ts';
import type { QueueReading } from '../sessions/read/read-queues.ts';
import type { StuckSession } from '../sessions/worker/find-stuck.ts';
import type { OriginStatus } from '../sync/sync.ts';
import { findNeeds, type Need } from './needs.ts';
import { type PlanReading, PlanWatch } from './plans.ts';
import { type PartsHost, QuietParts } from './quiet-parts.ts';
import type { SagaCounts } from './saga-counts.ts';
import { type LogStanding, readStanding, type StandingHandle } from './standing.ts';
import { Throughput } from './throughput.ts';

/** How an environment stands, for who watches it. Sizes in bytes, times in ms since 1970. */
export interface Overview extends LogStanding {
  /** When it was read, by the engine's clock. */
  readonly time: number;
  readonly dir: string;
  /** Records of each second of the last minute, oldest first. */
  readonly throughput: readonly number[];
  readonly queues: readonly QueueReading[];
  /** Operators that show signs of life. */
  readonly workers: readonly Extract<OperatorState, { readonly alive: true }>[];
  readonly stuck: readonly StuckSession[];
  /** Undefined where there never were any. */
  readonly sagas: SagaCounts | undefined;
  /** Where the environment stands towards those that it takes dumps from. */
  readonly origins: readonly OriginStatus[];
  /** All that a person has to see to, worst first. */
  readonly needs: readonly Need[];
  /** Plans for many sessions or sagas that the newest records are part of, of any process; the one that moved last first. */
  readonly plans: readonly PlanReading[];
  /** Rebuilds, checks and replays of any process that are under way, the oldest first. */
  readonly builds: readonly BuildReading[];
}

/** The environment, as far as an overview needs it. */
export interface MonitorHost extends PartsHost {
  readonly dir: string;
  readonly handle: StandingHandle;
  builds(): readonly BuildReading[];
}

/** The overviews of one watcher, one after the other: what was found out before is not looked for again. */
export class OverviewMemory {
  readonly throughput = new Throughput();
  readonly parts = new QuietParts();
  readonly plans = new PlanWatch();
}

/** Reads an overview: each part of it as of the newest record; no part holds a snapshot for long. */
export async function readOverview(host: MonitorHost, memory: OverviewMemory): Promise<Overview> {
  const workers = host.leases.all().filter((state) => state.alive);
  const { queues, stuck, sagas, origins } = await memory.parts.read(host, workers);
  const plans = await memory.plans.read(host);
  const time = host.now();
  const base = await host.read((cut) => ({
    ...readStanding(cut, host.handle),
    throughput: memory.throughput.read(cut.snapshot, time),
  }));
  const needs = findNeeds(stuck, queues, origins);
  return { time, dir: host.dir, ...base, queues, workers, stuck, sagas, origins, needs, plans, builds: host.builds() };
}
