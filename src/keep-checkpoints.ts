import { systemClock } from './clock/system.ts';
import { keepCheckpoints } from './environment/checkpoint-loop.ts';

/** Makes the checkpoints of an environment until the process that asked for them has ended: the input ends then. */
export async function keepCheckpointsUntilEnd(
  input: NodeJS.ReadableStream,
  [dir = '', records = '']: readonly string[],
): Promise<void> {
  const over = new AbortController();
  input.on('end', () => over.abort()).on('error', () => over.abort());
  input.resume();
  // Ctrl-C in a terminal reaches all processes of a command; the one that asked decides.
  process.on('SIGINT', () => undefined);
  await keepCheckpoints(dir, { signal: over.signal, clock: systemClock, records: Number(records) });
}
