import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { present } from '../../core/base/assert.ts';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { limits } from '../../core/base/limits.ts';
import { parseJson, type Request, toReceiptJson } from '../../index.ts';
import { locateError } from '../../layout/locate-error.ts';
import { toAcceptedJson } from '../../shapes/request.ts';
import { type Line, LineSplitter } from '../../text/split-lines.ts';
import { problemOf } from '../answer/problem-answer.ts';
import { decideRequests, type Waiting } from '../frontend/decide-requests.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { clientOf } from '../frontend/rate-limit.ts';
import type { RequestAnswer } from '../frontend/request-answer.ts';
import { readLine } from '../route/asked.ts';
import { readPreferences } from '../route/preferences.ts';
import { waitingFor } from '../route/waiting.ts';

/** The media type of a stream of JSON, an object a line. */
export const ndjsonType = 'application/x-ndjson';

/** A line of the stream: the request, or why there is none. */
type Item =
  | { readonly line: number; readonly request: Request }
  | { readonly line: number; readonly error: TxlogError };

/**
 * Takes a stream of requests, and answers a stream: one line for each request, in their order. It reads no faster than the
 * client takes the answers. A line that is no request is answered with its problem, and those behind it are taken.
 */
export function submitStream(frontend: Frontend, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { wait, 'dry-run': dryRun } = request.query as { readonly wait?: string; readonly 'dry-run'?: boolean };
  if (dryRun) throw new TxlogError('USAGE', 'dry-run: a stream has none, only one request', { path: 'dry-run' });
  const preferences = readPreferences(request.headers.prefer as string | undefined, wait);
  const waiting = waitingFor(frontend, reply, preferences);
  const read = readUnits(frontend, request, waiting.until);
  const units = Readable.from(preferences.isStrict ? untilBad(read) : read, { highWaterMark: 1 });
  const answers = units.map((unit: readonly Item[]) => decideUnit(frontend, unit, waiting), {
    concurrency: limits.httpUnitsMax,
  });
  const counts = { committed: 0, rejected: 0, accepted: 0, errors: 0 };
  request.told.lines = counts;
  return reply.type(ndjsonType).send(Readable.from(writeLines(answers, counts, () => waiting.release())));
}

/** The units, one after the other as the client may send more, and the queues are not too deep: later ones stay behind. */
async function* readUnits(
  frontend: Frontend,
  request: FastifyRequest,
  until: AbortSignal,
): AsyncGenerator<readonly Item[]> {
  const splitter = new LineSplitter();
  async function* unitsOf(lines: readonly Line[]): AsyncGenerator<readonly Item[]> {
    for (const unit of cutUnits(frontend, request, lines)) {
      await frontend.rate?.pace(clientOf(request), unit.length, until);
      const types = new Set(unit.flatMap((item) => ('request' in item ? [item.request.type] : [])));
      if (!frontend.isDirect) await frontend.depths.untilShallow(types, until);
      yield unit;
    }
  }
  for await (const chunk of request.body as Readable) yield* unitsOf(splitter.push(chunk as Buffer));
  yield* unitsOf(splitter.end());
}

/** The units up to the first line that is no request: the rest is read, so that the client can send it, and not taken. */
async function* untilBad(units: AsyncIterable<readonly Item[]>): AsyncGenerator<readonly Item[]> {
  let isBad = false;
  for await (const unit of units) {
    if (isBad) continue;
    const bad = unit.findIndex((item) => 'error' in item);
    isBad = bad !== -1;
    yield isBad ? unit.slice(0, bad + 1) : unit;
  }
}

function* cutUnits(frontend: Frontend, request: FastifyRequest, lines: readonly Line[]): Generator<readonly Item[]> {
  for (let i = 0; i < lines.length; i += limits.httpUnitRequests)
    yield lines.slice(i, i + limits.httpUnitRequests).map((line) => readItem(frontend, request, line));
}

function readItem(frontend: Frontend, request: FastifyRequest, line: Line): Item {
  if ('error' in line) return { line: line.number, error: line.error };
  const { number, text, bytes } = line;
  try {
    return { line: number, request: readLine(frontend, request, { value: parseJson(text), bytes, line: number }) };
  } catch (error) {
    if (error instanceof TxlogError) return { line: number, error: locateError(error, number, text) };
    throw error;
  }
}

/** The outcomes of a unit, in its order. A failure of the storage is that of each of its requests. */
async function decideUnit(
  frontend: Frontend,
  unit: readonly Item[],
  waiting: Waiting,
): Promise<readonly RequestAnswer[]> {
  const requests = unit.flatMap((item) => ('request' in item ? [item.request] : []));
  const fail = (error: unknown) => requests.map(async (): Promise<RequestAnswer> => ({ error: asTold(error) }));
  const decided = await (requests.length === 0 ? [] : decideRequests(frontend, requests, waiting).catch(fail));
  const outcomes = (await Promise.all(decided)).values();
  return unit.map((item) => {
    const outcome = 'error' in item ? item : present(outcomes.next().value as RequestAnswer | undefined, 'outcome');
    return 'error' in outcome ? { error: outcome.error.at(item.line, outcome.error.details.column) } : outcome;
  });
}

function asTold(error: unknown): TxlogError {
  if (error instanceof TxlogError) return error;
  throw error;
}

type Counts = Record<'committed' | 'rejected' | 'accepted' | 'errors', number>;

async function* writeLines(units: Readable, counts: Counts, end: () => void): AsyncGenerator<string> {
  try {
    for await (const unit of units)
      yield `${(unit as readonly RequestAnswer[]).map((one) => lineOf(one, counts)).join('\n')}\n`;
  } finally {
    end();
  }
}

function lineOf(decided: RequestAnswer, counts: Counts): string {
  return JSON.stringify(jsonOf(decided, counts));
}

function jsonOf(decided: RequestAnswer, counts: Counts): JsonObject {
  if ('receipt' in decided) {
    counts[decided.receipt.outcome] += 1;
    return toReceiptJson(decided.receipt);
  }
  counts['accepted' in decided ? 'accepted' : 'errors'] += 1;
  return 'accepted' in decided ? toAcceptedJson(decided.accepted) : problemOf(decided.error).body;
}
