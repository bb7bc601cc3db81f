import { present } from '../core/base/assert.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { Expectation, StoredRecord } from '../core/log/record.ts';
import { checkRequest, type Request } from '../core/log/request.ts';
import type { Answer } from '../pipeline/2-batch.ts';
import { receiptOrThrow } from '../pipeline/7-respond.ts';
import type { Clock } from '../ports/clock.ts';
import type { Reading } from '../view/reader.ts';
import { checkPlan, compensationOf, refuseStale } from './plan.ts';

/** How a compensation is recorded. */
export interface CompensateOptions {
  /** Why, for the record. */
  readonly reason?: string;
  readonly actor?: string;
  /** Id of the compensation itself; made when absent. */
  readonly id?: string;
  /** Decide only, write nothing. */
  readonly dryRun?: boolean;
}

/** What carrying out compensations needs of an environment. */
export interface Undoing extends Reading {
  readonly unit: string;
  readonly clock: Clock;
  /** A new id for a request. */
  makeId(): string;
  transaction(name: string | number): Promise<StoredRecord>;
  preview(requests: readonly Request[]): Promise<readonly Answer[]>;
  submitChecked(requests: readonly Request[]): Promise<readonly Answer[]>;
}

/** Undoes one transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND, REQUEST_INVALID. */
export async function compensateOne(env: Undoing, name: string | number, options: CompensateOptions): Promise<Receipt> {
  const request = toUndo(env, await env.transaction(name), options);
  const [answer] = options.dryRun ? await env.preview([request]) : await env.submitChecked([request]);
  return receiptOrThrow(present(answer, 'answer'));
}

/** Carries out a plan, in its order. Errors: PLAN_INVALID; PLAN_STALE, with nothing applied. */
export async function* carryOutPlan(env: Undoing, input: unknown, options: CompensateOptions): AsyncGenerator<Receipt> {
  const plan = checkPlan(input, env.unit);
  await env.read((view, snapshot) => refuseStale(plan, view, snapshot, env.clock.now()));
  const wanted = plan.items.filter((item) => !item.refused);
  const requests: Request[] = [];
  for (const { position, keys } of wanted) {
    const expect = keys.map(({ key, version }) => ({ key, version }));
    requests.push(toUndo(env, await env.transaction(Number(position)), options, expect));
  }
  // One after another, so that each is decided on what the ones before it left; previewed all at once for that.
  if (options.dryRun) yield* (await env.preview(requests)).map(receiptOrThrow);
  else for (const request of requests) yield* (await env.submitChecked([request])).map(receiptOrThrow);
}

function toUndo(
  env: Undoing,
  target: StoredRecord,
  { id, actor, reason }: CompensateOptions,
  expect: readonly Expectation[] = [],
): Request {
  // Checked as any client's words are, but by no app: one may have a type of this name.
  const words = checkRequest({ type: 'compensate', id, actor, payload: reason ?? null }, () => env.makeId());
  return { ...compensationOf(target, words.id, { actor, reason }), expect };
}
