import type { LeadSession, NewSession, Operation } from '../../core/log/operation.ts';
import type { Task, TaskAnswer } from '../../pipeline/2-batch.ts';

/** A place of a worker that is kept for a session which is being made. */
export interface KeptPlace {
  readonly lead: Pick<LeadSession, 'operator' | 'lease'>;
  /**
   * Begins the turn of the session, if its record leads it; else the place is free again. Undefined when nobody knows what
   * became of the record.
   */
  settle(answer: TaskAnswer | undefined): void;
}

/** A worker that may have a place. */
export interface PlaceKeeper {
  keepPlace(operation: NewSession): KeptPlace | undefined;
}

/**
 * Workers of this process: where one of them is idle, a session that is made here is led in the same record, which saves a
 * commit and a look at the queue.
 */
export class OpenPlaces {
  private readonly keepers = new Set<PlaceKeeper>();

  /** Adds a worker; returns how to take it away. */
  add(keeper: PlaceKeeper): () => void {
    this.keepers.add(keeper);
    return () => void this.keepers.delete(keeper);
  }

  find(operation: NewSession): KeptPlace | undefined {
    for (const keeper of this.keepers) {
      const place = keeper.keepPlace(operation);
      if (place) return place;
    }
    return undefined;
  }
}

/** An environment as far as making sessions needs it. */
interface PlaceHost {
  readonly places: OpenPlaces;
  process(tasks: readonly Task[]): Promise<readonly TaskAnswer[]>;
}

/** Processes tasks, as `host.process`; sessions that they make are led in their own records where a worker is idle. */
export async function processNew(host: PlaceHost, tasks: readonly Task[]): Promise<readonly TaskAnswer[]> {
  const places = tasks.map((task) => (isNew(task) ? host.places.find(task) : undefined));
  let answers: readonly TaskAnswer[] = [];
  try {
    answers = await host.process(tasks.map((task, i) => withLead(task, places[i])));
    return answers;
  } finally {
    for (const [i, place] of places.entries()) place?.settle(answers[i]);
  }
}

function isNew(task: Task): task is NewSession {
  return (task as Partial<Operation>).op === 'new';
}

function withLead(task: Task, place: KeptPlace | undefined): Task {
  return place && isNew(task) ? { ...task, lead: place.lead } : task;
}
