import type { Environment } from '../../environment/environment.ts';
import type { Answer, EnqueueAnswer, Request } from '../../index.ts';

type Call<A> = (requests: readonly Request[]) => Promise<readonly A[]>;

interface Caller<A> {
  readonly requests: readonly Request[];
  settle(answers: readonly A[]): void;
  fail(error: unknown): void;
}

/**
 * Calls of the engine for the requests of many clients. All that came in one turn of the event loop goes in as one: the engine
 * confirms a group by one flush, and a flush holds up the loop in which the others would have come.
 */
export class GatheredCalls {
  readonly submit: Call<Answer>;
  /** Queues requests whose responses come to the queue of the frontend. */
  readonly enqueue: Call<EnqueueAnswer>;
  /** The same for clients that do not wait: the log alone tells the outcome. */
  readonly enqueueAsync: Call<EnqueueAnswer>;

  constructor(env: Environment, respond: string) {
    this.submit = gathered((requests) => env.submitChecked(requests));
    this.enqueue = gathered((requests) => env.enqueueChecked(requests, { respond }));
    this.enqueueAsync = gathered((requests) => env.enqueueChecked(requests));
  }
}

function gathered<A>(call: Call<A>): Call<A> {
  let callers: Caller<A>[] = [];
  const callAll = async () => {
    const all = callers;
    callers = [];
    try {
      const answers = await call(all.flatMap(({ requests }) => requests));
      let at = 0;
      for (const { requests, settle } of all) {
        settle(answers.slice(at, at + requests.length));
        at += requests.length;
      }
    } catch (error) {
      for (const { fail } of all) fail(error);
    }
  };
  return (requests) =>
    new Promise((settle, fail) => {
      // After all sockets that have something to read were read.
      if (callers.length === 0) setImmediate(() => void callAll());
      callers.push({ requests, settle, fail });
    });
}
