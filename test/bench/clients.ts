import type { Environment } from '../../src/environment/environment.ts';
import type { Input } from './inputs.ts';
import { toRequestInput } from './requests.ts';
import { Stopwatch } from './timing.ts';

/** Inputs are made so many at a time, untimed: all at once would fill the heap, one by one would be measured. */
const portion = 10_000;

/** What the clients of one run saw. */
export interface ClientsRun {
  readonly watch: Stopwatch;
  /** From call to acknowledgement, in ms. */
  readonly latencies: number[];
  readonly rejected: number;
}

/** `clients` clients, each of which sends its next request when its last one is acknowledged. */
export async function runClients(
  env: Environment,
  inputOf: (i: number) => Input,
  count: number,
  clients: number,
): Promise<ClientsRun> {
  const watch = new Stopwatch();
  const latencies: number[] = [];
  let rejected = 0;
  for (let from = 0; from < count; from += portion) {
    const size = Math.min(portion, count - from);
    const requests = Array.from({ length: size }, (_, i) => toRequestInput(inputOf(from + i)));
    let next = 0;
    const client = async () => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const sent = performance.now();
        const { outcome } = await env.submit(request);
        latencies.push(performance.now() - sent);
        if (outcome === 'rejected') rejected += 1;
      }
    };
    await watch.time(() => Promise.all(Array.from({ length: clients }, client)));
  }
  return { watch, latencies, rejected };
}
