import { costSoFar } from '../ports/clock.ts';
import type { SessionHost } from '../sessions/host/session-host.ts';
import { type QueueReading, queueLater, readQueues } from '../sessions/read/read-queues.ts';
import { findStuck, type StuckSession } from '../sessions/worker/find-stuck.ts';
import type { OriginStatus } from '../sync/sync.ts';
import { countSagas, type SagaCounts } from './saga-counts.ts';

/**
 * While no session changes, and no worker comes or goes, the sessions are looked through again so much later, in ms: the
 * longer that takes, the later, so that it is no more than a two-hundredth of the time.
 */
const quietMs = { min: 2_000, max: 30_000, times: 200 };

/** The environment, as far as these parts need it. */
export interface PartsHost extends SessionHost {
  readonly handle: SessionHost['handle'] & { readonly generation: number };
  readonly sync: { status(): Promise<{ readonly origins: readonly OriginStatus[] }> };
}

/** The parts of an overview that stay as they are while no session changes, but for what time alone does to them. */
interface WorkParts {
  readonly queues: readonly QueueReading[];
  readonly stuck: readonly StuckSession[];
  readonly sagas: SagaCounts | undefined;
}

/** The parts of an overview that most records leave as they are. */
interface Parts extends WorkParts {
  readonly origins: readonly OriginStatus[];
}

/** Something that was read: of what name, when in ms since 1970, and until when by `clock.elapsed()` it is kept. */
type Kept<T> = T & { readonly name: string; readonly time: number; readonly until: number };

/** Reads these parts, and keeps them while they are quiet: who watches for hours, or beside a writer, costs little. */
export class QuietParts {
  private work: Kept<WorkParts> | undefined;
  private taken: Kept<Pick<Parts, 'origins'>> | undefined;

  /** The parts as of the newest record; what no record since has changed, as of a while before, with its ages of now. */
  async read(host: PartsHost, workers: QueueReading['workers']): Promise<Parts> {
    const at = await host.read(({ head, view }) => ({ log: head.position, work: view.workMovedAt }));
    const { generation } = host.handle;
    const workName = [generation, at.work, ...workers.map(({ operator }) => operator.id)].join(' ');
    const before = this.work;
    this.work = await keep(host, { name: workName, last: before }, () => readWork(host));
    this.taken = await keep(host, { name: `${generation} ${at.log}`, last: this.taken }, async () => ({
      origins: (await host.sync.status()).origins,
    }));
    return {
      ...(this.work === before ? later(this.work, host.now(), workers) : this.work),
      origins: this.taken.origins,
    };
  }
}

/** Gives what was read last, while that has the same name and is recent enough; else reads it now. */
async function keep<T extends object>(
  host: PartsHost,
  { name, last }: { readonly name: string; readonly last: Kept<T> | undefined },
  read: () => Promise<T>,
): Promise<Kept<T>> {
  const begun = host.clock.elapsed();
  if (last?.name === name && begun < last.until) return last;
  const time = host.now();
  const before = costSoFar(host.clock);
  const found = await read();
  const cost = costSoFar(host.clock) - before;
  return { ...found, name, time, until: begun + Math.min(quietMs.max, Math.max(quietMs.min, cost * quietMs.times)) };
}

async function readWork(host: PartsHost): Promise<WorkParts> {
  const queues = await readQueues(host);
  const stuck = await findStuck(host, {});
  return { queues, stuck, sagas: await countSagas(host, queues, stuck) };
}

/** The same, as it is at a later time, in ms since 1970. */
function later(work: Kept<WorkParts>, now: number, operators: QueueReading['workers']): WorkParts {
  const queues = work.queues.map((queue) => queueLater(queue, { operators, now }));
  return { ...work, queues, stuck: older(work.stuck, now - work.time) };
}

function older(stuck: readonly StuckSession[], ms: number): readonly StuckSession[] {
  return stuck.map((one) => ({ ...one, age: one.age + ms }));
}
