import type { LoadedApp } from '../core/app/app.ts';
import { TxlogError } from '../core/base/errors.ts';
import { isEngineType, type StoredRecord } from '../core/log/record.ts';
import { readPages } from '../rescan/read-records.ts';
import type { Cut } from '../view/cut.ts';
import { PastStates } from '../view/past-states.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { LoopTurn } from '../view/turns.ts';
import { type DecidedAgain, decideAgain } from './decide-again.ts';
import { StatesAlong } from './states-along.ts';

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
  if (isEngineType(record.type))
    throw new TxlogError('USAGE', `position ${record.position} is a ${record.type}: it was not decided as a request`, {
      next: [`txlog inspect ${record.position}`],
    });
  // biome-ignore lint/correctness/useYield: a handler reads all that it needs in one piece
  return env.readSteps(function* (cut) {
    return decideAgain(new PastStates(cut), cut, { record, app });
  });
}

/**
 * Looks for the first record after a position that comes out otherwise under an app. Holds no snapshot from one turn of the
 * event loop to the next. Ends with the reason of `signal` once that is aborted, after the decision under way.
 */
export async function findNextFlip(
  env: LongViewReader,
  after: number,
  { app, signal, limit }: NextFlipOptions & { readonly app: LoadedApp },
): Promise<NextFlip> {
  let at = after;
  const along = new StatesAlong();
  for await (const page of readPages(env, { from: after + 1 }, limit === undefined ? {} : { limit })) {
    let left = page;
    while (left.length > 0) {
      const { flip, done } = await env.read((cut, turn) => decideSome(cut, { records: left, along, app, turn }));
      signal?.throwIfAborted();
      at = left[done - 1]?.position ?? at;
      if (flip) return { flip, at };
      left = left.slice(done);
    }
  }
  signal?.throwIfAborted();
  return { flip: undefined, at };
}

interface Some {
  readonly records: readonly StoredRecord[];
  readonly along: StatesAlong;
  readonly app: LoadedApp;
  readonly turn: LoopTurn;
}

/** Decides records again until the turn is over, one at least, or until one comes out otherwise. What is logged stays. */
function decideSome(
  cut: Cut,
  { records, along, app, turn }: Some,
): { readonly flip?: DecidedAgain; readonly done: number } {
  const past = new PastStates(cut);
  const before = (key: string, position: number) => along.before(past, key, position);
  let done = 0;
  for (const record of records) {
    done += 1;
    if (!isEngineType(record.type)) {
      const flip = decideAgain({ before }, cut, { record, app });
      if (flip.differs !== undefined) return { flip, done };
    }
    along.pass(record);
    if (turn.isOver) break;
  }
  return { done };
}
