import { given } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import type { SessionStatus } from '../../core/fold/session.ts';
import type { Operation } from '../../core/log/operation.ts';
import type { Environment } from '../../environment/environment.ts';
import type { OperationOptions, SessionReading } from '../../index.ts';
import { endLease } from '../../pages/shell-lease.ts';
import type { BulkResult } from '../../shapes/bulk-result.ts';
import { idsOf } from '../frame/ids-of.ts';
import { refusedError } from './operation-result.ts';

/** Sessions by their ids, or all of a theme that have a status. */
export interface SessionSelection {
  /** `-` stands for the lines of stdin. */
  readonly ids: readonly string[];
  readonly theme?: string | undefined;
  readonly order?: string | undefined;
  readonly status: SessionStatus;
}

/** How sessions are made ready. */
export interface RetryOptions {
  /** Only those that are parked; others are left as they are. */
  readonly parkedOnly: boolean;
  readonly dryRun: boolean;
  readonly by: OperationOptions;
}

/** Ids of the sessions that are meant. Errors: THEME_NOT_FOUND. */
export async function selectIds(env: Environment, selection: SessionSelection): Promise<readonly string[]> {
  const { ids, theme, order, status } = selection;
  if (theme === undefined) return idsOf(env, ids);
  await env.sessions.theme(theme);
  const found: string[] = [];
  const filter = { theme, status, ...given({ order }) };
  for await (const { id } of env.sessions.list(filter)) found.push(id);
  return found;
}

/** Makes sessions ready, with all their attempts, many in one commit. One result each, in their order. */
export async function* retrySessions(
  env: Environment,
  ids: readonly string[],
  options: RetryOptions,
): AsyncGenerator<BulkResult> {
  for (let i = 0; i < ids.length; i += limits.batchRecordsMax) {
    yield* await retrySlice(env, ids.slice(i, i + limits.batchRecordsMax), options);
  }
}

async function retrySlice(env: Environment, ids: readonly string[], options: RetryOptions): Promise<BulkResult[]> {
  const plans = await Promise.all(
    ids.map(async (id) => plan(env, { id, session: await env.sessions.get(id) }, options)),
  );
  const operations = plans.flatMap((one) => ('operation' in one ? [one.operation] : []));
  const results = (operations.length === 0 ? [] : await env.operate(operations)).values();
  return plans.map((one) => {
    if (!('operation' in one)) return one;
    const result = results.next().value;
    if (result && !result.ok && !result.idle) return { id: one.id, error: refusedError(result.rejection, one.id) };
    endLease(env, one.operator);
    return { id: one.id, outcome: 'ready', was: one.was };
  });
}

type Plan =
  | BulkResult
  | { readonly id: string; readonly was: SessionStatus; readonly operation: Operation; readonly operator?: string };

/** Chooses the operation for one session. One whose operator is no more is taken by the epoch that was seen. */
function plan(
  env: Environment,
  { id, session }: { readonly id: string; readonly session: SessionReading | undefined },
  options: RetryOptions,
): Plan {
  const { parkedOnly, dryRun, by } = options;
  if (!session) return { id, error: refusedError(gone(id), id) };
  const { status, attempts, operator = '', epoch } = session;
  const isDone = (status === 'ready' || status === 'behind') && attempts === 0;
  if (isDone || (parkedOnly && status !== 'parked')) return { id, outcome: 'unchanged', was: status };
  const isLed = status === 'active' && env.leases.look(operator).alive;
  if (isLed && !by.force) return { id, error: refusedError(led(id, operator, epoch), id) };
  if (dryRun) return { id, outcome: 'would be ready', was: status };
  const isActive = status === 'active';
  const authority = isActive ? { ...by, force: false, epoch } : by;
  const operation: Operation = { op: 'ready', session: id, ...authority };
  return { id, was: status, operation, ...(isActive && { operator }) };
}

function gone(id: string) {
  return { code: 'SESSION_GONE', reason: `session ${id} was removed, or never was` };
}

function led(id: string, operator: string, epoch: number) {
  return { code: 'SESSION_ACTIVE', reason: `session ${id} is led by ${operator} in epoch ${epoch}` };
}
