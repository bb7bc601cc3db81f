import { type Acknowledgement, outboxTheme, parcelOfSession, readAcknowledgement } from '../../core/app/parcel.ts';
import type { Parcel } from '../../core/app/service-definition.ts';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Operation } from '../../core/log/operation.ts';
import type { Environment } from '../../environment/environment.ts';
import { parseJson, type SessionReading } from '../../index.ts';
import { formatCount, jsonText, plural, printable } from '../../text/printable.ts';
import type { Line } from '../../text/split-lines.ts';
import { formatTable } from '../../text/table.ts';
import type { Input } from '../frame/open-input.ts';

/** Columns of parcels, where they are no lines for people. */
export const parcelColumns = ['id', 'queue', 'order', 'after', 'data'];

/** Parcels for people, one per line, aligned. */
export function formatParcels(parcels: readonly Parcel[]): string {
  return formatTable(
    parcels.map(({ id, queue, order, data }) => [
      printable(id),
      printable(queue),
      order === undefined ? '' : `order ${printable(order)}`,
      jsonText(data),
    ]),
  );
}

/**
 * What waits for a service, and takes nothing away: it waits until it is acknowledged. Those of one order key come in
 * their order, each naming the one before it. What a worker is at, what is parked or not due yet is left out, with
 * those behind it.
 */
export async function* waitingParcels(env: Environment, service: string): AsyncGenerator<Parcel> {
  const theme = outboxTheme(service);
  for (const status of ['ready', 'stored'] as const) {
    for await (const first of env.sessions.list({ theme, status })) {
      if (isDelayed(first, env.now())) continue;
      const { order } = first;
      if (order !== undefined) {
        yield* line(env, env.sessions.list({ theme, order }));
        continue;
      }
      const parcel = await parcelOf(env, first);
      if (parcel) yield parcel;
    }
  }
}

/** The parcels of one order key, up to the first one that has to wait. */
async function* line(env: Environment, sessions: AsyncIterable<SessionReading>): AsyncGenerator<Parcel> {
  let after: string | undefined;
  for await (const session of sessions) {
    const isWaiting = ['ready', 'stored', 'behind'].includes(session.status);
    const parcel = isWaiting ? await parcelOf(env, session) : undefined;
    if (!parcel) return;
    yield after === undefined ? parcel : { ...parcel, after };
    after = parcel.id;
  }
}

/** Due later because it was made so, and not because it could not be delivered. */
function isDelayed({ due, error }: SessionReading, now: number): boolean {
  return error === undefined && due > now;
}

/** The parcel of a session; undefined when it was delivered since, or is no parcel under its own id. */
async function parcelOf(env: Environment, session: SessionReading): Promise<Parcel | undefined> {
  const { id } = session;
  try {
    const [data] = await env.sessions.data(id, { limit: 1 });
    const parcel = parcelOfSession(data, session);
    return parcel.id === id ? parcel : undefined;
  } catch (error) {
    if (error instanceof TxlogError && ['SESSION_GONE', 'REQUEST_INVALID'].includes(error.code)) return undefined;
    throw error;
  }
}

/** The result of acknowledgements for the parcels that waited here. */
export interface SettledParcels {
  /** Delivered: they wait no more. */
  readonly delivered: number;
  /** Can never be taken: parked. */
  readonly parked: number;
  /** Wait on, behind another one. */
  readonly waiting: number;
  /** Acknowledged before, or never sent from here. */
  readonly unknown: number;
  /** Lines that are no acknowledgement of a parcel. */
  readonly bad: number;
}

/** For people, in one line. */
export function formatSettled({ delivered, parked, waiting, unknown, bad }: SettledParcels): string {
  const parts = [
    `${formatCount(delivered)} delivered`,
    ...(unknown === 0 ? [] : [`${formatCount(unknown)} not waiting here`]),
    ...(waiting === 0 ? [] : [`${formatCount(waiting)} behind others`]),
    ...(parked === 0 ? [] : [`${formatCount(parked)} refused and parked`]),
    ...(bad === 0 ? [] : [`${plural(bad, 'line')} that acknowledge nothing`]),
  ];
  return `${plural(delivered + parked + waiting + unknown + bad, 'acknowledgement')}: ${parts.join(', ')}`;
}

/**
 * Takes away what was acknowledged, and parks what was refused for ever; the same acknowledgements again change nothing.
 *
 * Errors: INPUT_UNREADABLE; those of the engine.
 */
export async function settleAll(env: Environment, service: string, input: Input): Promise<SettledParcels> {
  const total = { delivered: 0, parked: 0, waiting: 0, unknown: 0, bad: 0 };
  try {
    for await (const lines of input.chunks()) {
      for (let i = 0; i < lines.length; i += limits.batchRecordsMax) {
        const slice = lines.slice(i, i + limits.batchRecordsMax);
        for (const kind of await settle(env, outboxTheme(service), slice)) total[kind] += 1;
      }
    }
  } finally {
    input.stop();
  }
  return total;
}

async function settle(
  env: Environment,
  theme: string,
  lines: readonly Line[],
): Promise<readonly (keyof SettledParcels)[]> {
  const kinds: (keyof SettledParcels)[] = [];
  const operations: Operation[] = [];
  for (const line of lines) {
    const told = readLine(line);
    if (!told || told.id === null) kinds.push('bad');
    else if ((await env.sessions.get(told.id))?.themeName !== theme) kinds.push('unknown');
    else if (!told.ok && told.error.code === 'SESSION_BUSY') kinds.push('waiting');
    else operations.push(operationOf(told, told.id));
  }
  const results = operations.length === 0 ? [] : await env.operate(operations);
  return [
    ...kinds,
    ...results.map((result, i) => (!result.ok ? 'unknown' : operations[i]?.op === 'park' ? 'parked' : 'delivered')),
  ];
}

/** A worker that is sending the same one meanwhile finds it done. */
function operationOf(told: Acknowledgement, session: string): Operation {
  if (told.ok) return { op: 'remove', session, force: true };
  const { code, message } = told.error;
  return { op: 'park', session, force: true, error: `${code}: ${message}` };
}

function readLine(line: Line): Acknowledgement | undefined {
  if ('error' in line) return undefined;
  try {
    return readAcknowledgement(parseJson(line.text));
  } catch (error) {
    if (error instanceof TxlogError) return undefined;
    throw error;
  }
}
