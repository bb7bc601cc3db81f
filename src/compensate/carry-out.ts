import { present } from '../core/base/assert.ts';
import type { Receipt } from '../core/log/receipt.ts';
import type { Expectation, StoredRecord } from '../core/log/record.ts';
import { checkRequest, type Request } from '../core/log/request.ts';
import { checkBy } from '../core/log/session-input.ts';
import type { Answer } from '../pipeline/2-batch.ts';
import { receiptOrThrow } from '../pipeline/7-respond.ts';
import type { LongViewReader, Progress } from '../view/reader.ts';
import { checkPlan, compensationOf, refuseStale } from './compensation-plan.ts';
import { readHistories } from './read-histories.ts';

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

/** The parts of an environment that carrying out uses. */
export interface Undoing extends LongViewReader {
  readonly unit: string;
  /** Time of the engine, in ms since 1970. */
  now(): number;
  /** A new id for a request. */
  makeId(): string;
  transaction(name: string | number): Promise<StoredRecord>;
  preview(requests: readonly Request[]): Promise<readonly Answer[]>;
  submitChecked(requests: readonly Request[]): Promise<readonly Answer[]>;
}

/** Undoes one transaction. Errors: TRANSACTION_NOT_FOUND, POSITION_NOT_FOUND, REQUEST_INVALID. */
export async function compensateOne(env: Undoing, name: string | number, options: CompensateOptions): Promise<Receipt> {
  const request = toUndo(env, await env.transaction(name), { ...options });
  const [answer] = options.dryRun ? await env.preview([request]) : await env.submitChecked([request]);
  return receiptOrThrow(present(answer, 'answer'));
}

/** Compensations that are one commit: enough that a sync is shared, and few enough that receipts come soon. */
const itemsAtOnce = 100;

/**
 * Carries out a plan, in its order, each item on what the ones before it left. Whatever ends it half way: the same again
 * goes on there. Errors: PLAN_INVALID; PLAN_STALE, with nothing applied.
 */
export async function* carryOutPlan(
  env: Undoing,
  input: unknown,
  { onProgress, ...options }: CompensateOptions & { readonly onProgress?: Progress },
): AsyncGenerator<Receipt> {
  const plan = checkPlan(input, env.unit);
  await env.readSteps((cut) => refuseStale(plan, cut, env.now()));
  const wanted = plan.items.filter((item) => !item.refused);
  const targets: StoredRecord[] = [];
  for (const { position } of wanted) targets.push(await env.transaction(Number(position)));
  await readHistories(env, await stillToUndo(env, targets), onProgress);
  const requests = wanted.map(({ keys }, i) => {
    const expect = keys.map(({ key, version }) => ({ key, version }));
    return toUndo(env, targets[i] as StoredRecord, { ...options, expect });
  });
  // Nothing of a preview stays: all of it is decided at once.
  if (options.dryRun) return yield* (await env.preview(requests)).map(receiptOrThrow);
  for (let i = 0; i < requests.length; i += itemsAtOnce) {
    const answers = await env.submitChecked(requests.slice(i, i + itemsAtOnce));
    onProgress?.(i + answers.length, requests.length);
    yield* answers.map(receiptOrThrow);
  }
}

function stillToUndo(env: Undoing, targets: readonly StoredRecord[]): Promise<readonly StoredRecord[]> {
  return env.read((cut) => targets.filter(({ position }) => cut.compensationOf(position) === undefined));
}

function toUndo(
  env: Undoing,
  target: StoredRecord,
  { id, actor, reason, expect = [] }: CompensateOptions & { readonly expect?: readonly Expectation[] | undefined },
): Request {
  checkBy({ reason });
  // Checked as any client's words are, but by no app: one may have a type of this name.
  const words = checkRequest({ type: 'compensate', id, actor, payload: reason ?? null }, () => env.makeId());
  return { ...compensationOf(target, words.id, { actor, reason }), expect };
}
