import type { SessionHost } from '../sessions/host/session-host.ts';
import { type QueueReading, queueLater, readQueues } from '../sessions/read/read-queues.ts';
import { findStuck, type StuckSession } from '../sessions/worker/find-stuck.ts';
import type { OriginStatus } from '../sync/sync.ts';
import { countSagas, type SagaCounts } from './saga-counts.ts';

/**
 * While nothing is written, and no worker comes or goes, the sessions are looked through again so much later, in ms: the
 * longer that takes, the later, so that it is no more than a two-hundredth of the time.
 */
const quietMs = { min: 2_000, max: 30_000, times: 200 };

/** The environment, as far as these parts need it. */
export interface PartsHost extends SessionHost {
  readonly handle: SessionHost['handle'] & { readonly generation: number };
  readonly sync: { status(): Promise<{ readonly origins: readonly OriginStatus[] }> };
}

/** The parts of an overview that stay as they are while nobody writes, but for what time alone does to them. */
interface Parts {
  readonly queues: readonly QueueReading[];
  readonly stuck: readonly StuckSession[];
  readonly sagas: SagaCounts | undefined;
  readonly origins: readonly OriginStatus[];
}

/** Reads these parts, and keeps them while the environment is quiet: who watches for hours costs next to nothing. */
export class QuietParts {
  private last: (Parts & { readonly name: string; readonly time: number; readonly until: number }) | undefined;

  /** The parts as of the newest record; in a quiet environment, as of a while before, with their ages of now. */
  async read(host: PartsHost, workers: QueueReading['workers']): Promise<Parts> {
    const position = await host.read(({ head }) => head.position);
    const name = [host.handle.generation, position, ...workers.map(({ operator }) => operator.id)].join(' ');
    const time = host.now();
    const { last } = this;
    const begun = host.clock.elapsed();
    if (last?.name === name && begun < last.until) {
      const queues = last.queues.map((queue) => queueLater(queue, { operators: workers, now: time }));
      return { ...last, queues, stuck: older(last.stuck, time - last.time) };
    }
    const queues = await readQueues(host);
    const stuck = await findStuck(host, {});
    const sagas = await countSagas(host, queues, stuck);
    const { origins } = await host.sync.status();
    const took = host.clock.elapsed() - begun;
    const until = begun + Math.min(quietMs.max, Math.max(quietMs.min, took * quietMs.times));
    this.last = { name, time, until, queues, stuck, sagas, origins };
    return this.last;
  }
}

function older(stuck: readonly StuckSession[], ms: number): readonly StuckSession[] {
  return stuck.map((one) => ({ ...one, age: one.age + ms }));
}
