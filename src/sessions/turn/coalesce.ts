import { present } from '../../core/base/assert.ts';
import type { Operation, OperationResult } from '../../core/log/operation.ts';
import { splitSubmissions } from '../../pipeline/2-split-submissions.ts';
import { resultOrThrow } from '../../pipeline/7-respond.ts';
import type { Cut } from '../../view/cut.ts';
import type { ViewReader } from '../../view/reader.ts';
import type { LoopTurn } from '../../view/turns.ts';
import type { SessionHost } from '../host/session-host.ts';

/** One of many who ask at the same time. */
interface Asked<Q, A> {
  readonly question: Q;
  settle(answer: A): void;
  fail(error: unknown): void;
}

type Work = Parameters<ViewReader['read']>[0];

/**
 * Reads of turns that go on at the same time, in one snapshot: taking one costs more than what most of them read. An
 * error in one's work is its own only.
 */
export function coalesceReads(source: ViewReader): ViewReader {
  const ask = gather<Work, unknown>((all) =>
    source.read((cut, turn) => {
      for (const { question, settle, fail } of all) {
        try {
          settle(question(cut, turn));
        } catch (error) {
          fail(error);
        }
      }
    }),
  );
  return { read: <T>(work: (cut: Cut, turn: LoopTurn) => T) => ask(work) as Promise<T> };
}

/**
 * Operations of turns that go on at the same time, in one call; what only ends turns shares a record. Errors: as `operate`, each
 * its own.
 */
export function coalesceOperations(host: SessionHost): (operation: Operation) => Promise<OperationResult> {
  return gather<Operation, OperationResult>(async (all) => {
    let from = 0;
    const operations = all.map(({ question }) => (all.length > 1 ? grouped(question) : question));
    const calls = splitSubmissions(operations).map((operations) => {
      const asked = all.slice(from, from + operations.length);
      from += operations.length;
      return operateAll(host, asked, operations);
    });
    await Promise.all(calls);
  });
}

/** An operation that may share its record, if it ends a turn. */
function grouped(operation: Operation): Operation {
  const isEnd = operation.op === 'remove' || operation.op === 'store' || operation.op === 'park';
  return isEnd ? { ...operation, grouped: true } : operation;
}

async function operateAll(
  host: SessionHost,
  all: readonly Asked<Operation, OperationResult>[],
  operations: readonly Operation[],
): Promise<void> {
  try {
    const answers = await host.process(operations);
    all.forEach(({ settle, fail }, i) => {
      const answer = present(answers[i], 'answer');
      if (answer.type === 'error') fail(answer.error);
      else settle(resultOrThrow(answer));
    });
  } catch (error) {
    for (const { fail } of all) fail(error);
  }
}

/** Collects what is asked before the microtasks end that are due now, and has it answered at once. */
function gather<Q, A>(answerAll: (all: readonly Asked<Q, A>[]) => Promise<void>): (question: Q) => Promise<A> {
  let waiting: Asked<Q, A>[] = [];
  const carryOut = async () => {
    const all = waiting;
    waiting = [];
    try {
      await answerAll(all);
    } catch (error) {
      for (const { fail } of all) fail(error);
    }
  };
  return (question) =>
    new Promise<A>((settle, fail) => {
      if (waiting.push({ question, settle, fail }) === 1) queueMicrotask(() => void carryOut());
    });
}
