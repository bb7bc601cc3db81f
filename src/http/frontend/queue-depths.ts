import { setTimeout as pause } from 'node:timers/promises';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Environment } from '../../environment/environment.ts';
import type { ThemeReading } from '../../index.ts';

/** Sessions of a theme that are not at their end. */
export function depthOf({ counts }: Pick<ThemeReading, 'counts'>): number {
  const { ready, behind, active, stored, parked } = counts;
  return ready + behind + active + stored + parked;
}

/** The theme of a queue of requests begins with it. */
export const requestThemes = 'request/';

/** How deep the queues of requests are: looked at now and then, however many requests come. */
export class QueueDepths {
  private readonly env: Environment;
  private readonly max: number;
  private depths: ReadonlyMap<string, number> = new Map();
  private look: Promise<void> | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;

  /** A queue of more than `max` requests takes no more from here. */
  constructor(env: Environment, max: number) {
    this.env = env;
    this.max = max;
  }

  /** Refuses requests whose queue is too deep now. Errors: OVERLOADED. */
  async refuseDeep(types: Iterable<string>): Promise<void> {
    const deep = await this.findDeep(types);
    if (deep === undefined) return;
    throw new TxlogError('OVERLOADED', `over ${this.max} requests of the type ${deep} wait for a worker`, {
      hint: 'Ask again with the same id when some time has passed. More workers make the queue shorter.',
    });
  }

  /** Waits until the queues of these types are less deep, or until the signal is aborted. */
  async untilShallow(types: ReadonlySet<string>, until: AbortSignal): Promise<void> {
    while (!until.aborted && (await this.findDeep(types)) !== undefined) await pause(limits.httpDepthMs);
  }

  private async findDeep(types: Iterable<string>): Promise<string | undefined> {
    if (this.env.clock.elapsed() - this.lookedAt > limits.httpDepthMs) await this.lookAgain();
    for (const type of types) if ((this.depths.get(requestThemes + type) ?? 0) > this.max) return type;
    return undefined;
  }

  private async lookAgain(): Promise<void> {
    this.look ??= this.env.sessions.themes().then((themes) => {
      this.depths = new Map(themes.map((theme) => [theme.name, depthOf(theme)]));
      this.lookedAt = this.env.clock.elapsed();
    });
    try {
      await this.look;
    } finally {
      this.look = undefined;
    }
  }
}
