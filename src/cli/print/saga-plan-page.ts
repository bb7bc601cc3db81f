import type { Intervened, InterventionPlan, SagaCommand } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { plural, printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { phaseText } from './saga-text.ts';
import { standingText } from './session-text.ts';

/** Formats a plan for sagas, for people: each of them, and why it is refused. */
export function formatSagaPlan(plan: InterventionPlan, colors: Colors): string {
  const rows = plan.items.map(({ id, type, phase, refused }) => [
    `  ${colors.key(printable(id))}`,
    printable(type),
    phase === undefined ? '' : phaseText(phase, colors),
    refused ? `${colors.bad(printable(refused.code))}: ${printable(refused.reason)}` : '',
  ]);
  return [...(rows.length === 0 ? [] : [formatTable(rows)]), formatSagaPlanTotals(plan, colors)].join('\n');
}

/** How many sagas of a plan are told, and how many cannot be. */
export function countSagaPlan({ items }: InterventionPlan): { readonly sagas: number; readonly refused: number } {
  const refused = items.filter((item) => item.refused).length;
  return { sagas: items.length - refused, refused };
}

/** The same for people, in one line. */
export function formatSagaPlanTotals(plan: InterventionPlan, colors: Colors): string {
  const { sagas, refused } = countSagaPlan(plan);
  const total = `${plural(sagas, 'saga')} to ${wordText(plan.word)} as of position ${plan.head}`;
  return refused === 0 ? total : `${total}, ${colors.bad(`${refused} refused`)}`;
}

/** An intervention, for people. */
function wordText(word: SagaCommand): string {
  if (word.kind === 'force') return `force to be ${word.outcome}`;
  return word.kind === 'skip' && word.step !== undefined ? `skip ${printable(word.step)} of` : word.kind;
}

/** The same for people, in one line. */
export function formatIntervened(result: Exclude<Intervened, { readonly error: unknown }>, word: SagaCommand): string {
  const name = printable(result.id);
  if ('planned' in result) return `would ${word.kind} ${name}${result.phase === undefined ? '' : ` (${result.phase})`}`;
  if ('done' in result) return `${word.kind} ${name} at position ${result.done} (done already)`;
  const { result: done } = result;
  if (!done.ok) return `${word.kind} ${name}`;
  const { session, position, duplicate, now } = done;
  const by = session === result.id ? '' : `, by saga ${printable(session)}`;
  return `${word.kind} ${name} at position ${position}${duplicate ? ' (done already)' : ''}${by}: ${standingText(now)}`;
}
