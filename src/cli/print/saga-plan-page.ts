import type { TxlogError } from '../../core/base/errors.ts';
import { given } from '../../core/base/given.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { type Intervened, type InterventionPlan, type SagaWord, toTime } from '../../index.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { plural, printable } from '../text/text.ts';
import { phaseText } from './saga-text.ts';
import { standingText } from './session-text.ts';

/** What a plan says to sagas, for people: each of them, and why it is refused. */
export function formatSagaPlan(plan: InterventionPlan, paint: Paint): string {
  const rows = plan.items.map(({ id, type, phase, refused }) => [
    `  ${paint.key(printable(id))}`,
    printable(type),
    phase === undefined ? '' : phaseText(phase, paint),
    refused ? `${paint.bad(printable(refused.code))}: ${printable(refused.reason)}` : '',
  ]);
  return [...(rows.length === 0 ? [] : [formatTable(rows)]), formatSagaPlanTotals(plan, paint)].join('\n');
}

/** How many sagas of a plan are told, and how many cannot be. */
export function countPlan({ items }: InterventionPlan): { readonly sagas: number; readonly refused: number } {
  const refused = items.filter((item) => item.refused).length;
  return { sagas: items.length - refused, refused };
}

/** The same for people, in one line. */
export function formatSagaPlanTotals(plan: InterventionPlan, paint: Paint): string {
  const { sagas, refused } = countPlan(plan);
  const total = `${plural(sagas, 'saga')} to ${wordText(plan.word)} as of position ${plan.head}`;
  return refused === 0 ? total : `${total}, ${paint.bad(`${refused} refused`)}`;
}

/** A word to a saga, for people. */
function wordText(word: SagaWord): string {
  if (word.kind === 'force') return `force to be ${word.outcome}`;
  return word.kind === 'skip' && word.step !== undefined ? `skip ${printable(word.step)} of` : word.kind;
}

/** What became of one saga, as JSON. */
export function toIntervenedJson(
  result: Intervened,
  word: SagaWord,
  toErrorJson: (error: TxlogError) => JsonObject,
): JsonObject {
  const { id } = result;
  if ('error' in result) return { ...toErrorJson(result.error), saga: id };
  const said = { v: 1, saga: id, word: word.kind };
  if ('planned' in result) return { ...said, dryRun: true, ...given({ phase: result.phase }) };
  if ('done' in result) return { ...said, position: String(result.done), duplicate: true };
  const { result: done } = result;
  if (!done.ok) return said;
  const { session, position, time, duplicate, durability, now } = done;
  return {
    ...said,
    ...{ position: String(position), time: toTime(time), duplicate, durability },
    ...(session === id ? {} : { undoneBy: session }),
    ...(now ? { status: now.status } : {}),
  };
}

/** The same for people, in one line. */
export function formatIntervened(result: Exclude<Intervened, { readonly error: unknown }>, word: SagaWord): string {
  const name = printable(result.id);
  if ('planned' in result) return `would ${word.kind} ${name}${result.phase === undefined ? '' : ` (${result.phase})`}`;
  if ('done' in result) return `${word.kind} ${name} at position ${result.done} (done already)`;
  const { result: done } = result;
  if (!done.ok) return `${word.kind} ${name}`;
  const { session, position, duplicate, now } = done;
  const by = session === result.id ? '' : `, by saga ${printable(session)}`;
  return `${word.kind} ${name} at position ${position}${duplicate ? ' (done already)' : ''}${by}: ${standingText(now)}`;
}
