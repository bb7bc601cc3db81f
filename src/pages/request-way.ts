import { sagaOfTheme } from '../core/app/saga.ts';
import { given } from '../core/base/given.ts';
import { type Session, type SessionOp, sessionKey, sessionOfKey } from '../core/fold/session.ts';
import { sagaType } from '../core/log/record.ts';
import { responseId } from '../core/log/response-id.ts';
import type { Environment } from '../environment/environment.ts';
import type { Change, SagaReading, StoredRecord, TransactionLink, TransactionReport } from '../index.ts';

/** Where something stands in the log: its position, and its time in ms since 1970. */
export interface WayMoment {
  readonly position: number;
  readonly time: number;
}

/** An operation on a session of the request, with the session that it left, unless that was removed. */
export interface WayOperation extends WayMoment {
  readonly op: SessionOp;
  readonly session?: Session;
}

/** The response of a request: in which queue it was put, and when somebody took it from there. */
interface WayResponse extends WayMoment {
  readonly session: string;
  readonly theme: string;
  readonly taken?: WayMoment;
}

/** The way of one request through the engine, from its queue to its response. */
export interface RequestWay {
  readonly id: string;
  /** Undefined while the request waits in its queue. */
  readonly report?: TransactionReport;
  /** The queue that it waited in, or the theme of the saga that has this id. */
  readonly theme?: string;
  /** All that was done to its session, oldest first; of very many, the first and the last ones. */
  readonly operations: readonly WayOperation[];
  /** Operations in the middle that are left out. */
  readonly leftOut: number;
  readonly response?: WayResponse;
  /** Sagas that it is, or that it started. */
  readonly sagas: readonly SagaReading[];
  /** The transaction that undid it. */
  readonly undone?: TransactionLink & WayMoment;
}

/** Operations at each end that are told, and those that are read at most. */
const told = 12;
const readMax = 2_000;
/** Sagas of one request that are told. */
const sagasMax = 5;

/** Reads the way of a request. Errors: TRANSACTION_NOT_FOUND when there is no request, nor a session, of the id. */
export async function readRequestWay(env: Environment, id: string): Promise<RequestWay> {
  const record = await env.find(id);
  const report = record && (await env.inspect(id));
  const queued = await readOperations(env, id);
  const theme = queued[0]?.theme;
  const isOurs = theme !== undefined && (theme.startsWith('request/') || sagaOfTheme(theme) !== undefined);
  if (!record && !isOurs) await env.transaction(id);
  const operations = isOurs ? queued : [];
  const undoneBy = report?.compensatedBy;
  return {
    id,
    ...given({ report, theme: isOurs ? theme : undefined }),
    ...ends(operations),
    ...given({ response: record && (await readResponse(env, record)) }),
    sagas: await readSagas(env, sagaIdsOf({ id, theme, report })),
    ...(undoneBy && { undone: { ...undoneBy, time: (await env.transaction(undoneBy.position)).time } }),
  };
}

type Operated = WayOperation & { readonly theme: string };

async function readOperations(env: Environment, id: string): Promise<readonly Operated[]> {
  const found: Operated[] = [];
  const names = new Map<number, string>();
  for await (const { record, op, before, after } of env.sessions.history(id)) {
    const { position, time } = record;
    const number = (after ?? before)?.theme ?? 0;
    if (!names.has(number)) names.set(number, await themeName(env, number));
    found.push({ position, time, op, theme: names.get(number) ?? '', ...given({ session: after }) });
    if (found.length >= readMax) break;
  }
  return found;
}

function ends(all: readonly Operated[]): Pick<RequestWay, 'operations' | 'leftOut'> {
  const leftOut = Math.max(0, all.length - 2 * told);
  const operations = leftOut === 0 ? all : [...all.slice(0, told), ...all.slice(-told)];
  return { operations: operations.map(({ theme: _, ...operation }) => operation), leftOut };
}

/** The response is a session that the record of the decision made, named for its request. */
async function readResponse(env: Environment, record: StoredRecord): Promise<WayResponse | undefined> {
  const made = record.changes.find((change) => isResponse(change, record.id));
  const session = made && sessionOfKey(made.key);
  if (!session) return undefined;
  const [put, ...later] = await readOperations(env, session);
  const taken = later.find(({ op }) => op === 'session.remove');
  if (!put) return undefined;
  const { position, time, theme } = put;
  return { session, theme, position, time, ...given({ taken: taken && momentOf(taken) }) };
}

function isResponse({ op, key }: Change, request: string): boolean {
  return op === 'session.new' && key === sessionKey(responseId(request));
}

function momentOf({ position, time }: WayMoment): WayMoment {
  return { position, time };
}

function sagaIdsOf({
  id,
  theme,
  report,
}: {
  readonly id: string;
  readonly theme: string | undefined;
  readonly report: TransactionReport | undefined;
}): readonly string[] {
  const isSaga = report?.record.type === sagaType || (theme !== undefined && sagaOfTheme(theme) !== undefined);
  const made = (report?.record.changes ?? []).filter(({ op }) => op === 'session.new');
  const started = made.flatMap(({ key, value }) => {
    const { data } = (value ?? {}) as { readonly data?: { readonly event?: string } };
    return data?.event === 'started' ? [sessionOfKey(key) ?? ''] : [];
  });
  return [...(isSaga ? [id] : []), ...started].slice(0, sagasMax);
}

async function readSagas(env: Environment, ids: readonly string[]): Promise<readonly SagaReading[]> {
  const sagas: SagaReading[] = [];
  for (const id of ids) sagas.push(await env.sagas.get(id));
  return sagas;
}

function themeName(env: Environment, number: number): Promise<string> {
  return env.read((cut) => cut.themes().nameOf(number) ?? String(number));
}
