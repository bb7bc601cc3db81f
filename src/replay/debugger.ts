import type { LoadedApp } from '../core/app/app.ts';
import { TxlogError } from '../core/base/errors.ts';
import type { StoredRecord } from '../core/log/record.ts';
import { readPages } from '../rescan/read-records.ts';
import { PastStates } from '../view/past-states.ts';
import type { LongViewReader } from '../view/reader.ts';
import { type DecidedAgain, decideAgain, firstFlip, isDecided } from './decide-again.ts';

/** How a decision is looked at again. */
export interface DecideAgainOptions {
  /** The app that decides; the environment's own where none is given. */
  readonly app?: LoadedApp;
}

/** How the next flip is looked for. */
export interface NextFlipOptions extends DecideAgainOptions {
  readonly signal?: AbortSignal;
  /** At most so many records are decided again. */
  readonly limit?: number;
}

/** The next decision that comes out otherwise, if there is one, and the last position that was looked at. */
export interface NextFlip {
  readonly flip: DecidedAgain | undefined;
  readonly at: number;
}

/** Decides a record again. Errors: USAGE of one that the engine itself wrote. */
export function decideRecord(env: LongViewReader, record: StoredRecord, app: LoadedApp): Promise<DecidedAgain> {
  if (!isDecided(record))
    throw new TxlogError('USAGE', `position ${record.position} is a ${record.type}: nobody decided it as a request`, {
      next: [`txlog inspect ${record.position}`],
    });
  // biome-ignore lint/correctness/useYield: a handler reads all that it needs in one piece
  return env.readSteps(function* (cut) {
    return decideAgain(new PastStates(cut), cut, { record, app });
  });
}

/** Looks for the first record after a position that comes out otherwise under an app. Ends when `signal` aborts. */
export async function findNextFlip(
  env: LongViewReader,
  after: number,
  { app, signal, limit }: NextFlipOptions & { readonly app: LoadedApp },
): Promise<NextFlip> {
  let at = after;
  for await (const page of readPages(env, { from: after + 1 }, limit === undefined ? {} : { limit })) {
    signal?.throwIfAborted();
    const flip = await env.readSteps((cut) => firstFlip(cut, page, app));
    if (flip) return { flip, at: flip.record.position };
    at = page.at(-1)?.position ?? at;
  }
  return { flip: undefined, at };
}
