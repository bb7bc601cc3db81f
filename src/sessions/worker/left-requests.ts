import { typeOfQueue } from '../../pipeline/3-queued-request.ts';
import type { WorkEvent } from '../turn/work-events.ts';
import type { LeftQueue } from './due.ts';

/** Requests that a worker leaves to others, as its app does not know them: told once, and again after they were gone. */
export class LeftRequests {
  private queues: readonly LeftQueue[] = [];

  /** Requests that were left when the worker looked last. */
  get count(): number {
    return this.queues.reduce((sum, { sessions }) => sum + sessions.length, 0);
  }

  /** Takes over what is left now, and gives what is to be told of it. */
  see(queues: readonly LeftQueue[]): readonly WorkEvent[] {
    const told = new Set(this.queues.map(({ theme }) => theme));
    this.queues = queues;
    return queues.flatMap(({ theme, sessions: [session = ''] }) =>
      told.has(theme) ? [] : [{ type: 'left', theme, session, reason: reasonOf(theme) }],
    );
  }
}

function reasonOf(theme: string): string {
  return `the app has no handler of ${typeOfQueue(theme)}: it waits for a worker whose app has one`;
}
