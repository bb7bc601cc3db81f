import type { SagaDefinition, StepAction } from '../../index.ts';
import { groupOf, policyOf } from '../../shapes/saga-graph.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { plural, printable, shorten } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';

/** The definition of a type of saga for people: steps in their order, those of a group in a bracket. */
export function formatSagaGraph(type: string, { steps, deadline }: SagaDefinition, colors: Colors): string {
  const end = deadline === undefined ? '' : `  within ${formatDuration(deadline * 1000)}`;
  const title = `${colors.strong('saga')} ${colors.key(printable(type))}${end}`;
  const rows = steps.flatMap((entry) => {
    const group = groupOf(entry);
    return group.map((step, i) => {
      const bracket = group.length === 1 ? ' ' : i === 0 ? '┌' : i === group.length - 1 ? '└' : '│';
      const undone = step.compensate ? actionText(step.compensate, step.at) : '';
      return [
        `  ${bracket} ${printable(step.name)}`,
        actionText(step.do, step.at),
        colors.dim(policyText(step.do, step.at)),
        step.compensate ? `↩ ${undone}` : colors.dim('nothing to undo'),
        step.compensate ? colors.dim(policyText(step.compensate, step.at)) : '',
      ];
    });
  });
  return [title, formatTable(rows)].join('\n');
}

/** Formats an action for people, in few words. */
export function actionText(action: StepAction, at: string | undefined): string {
  const what = kindText(action);
  return at === undefined ? what : `${what} at ${printable(at)}`;
}

/** Formats what an action does, in few words, without where. */
export function kindText(action: StepAction): string {
  if ('request' in action) {
    const there = action.service === undefined ? '' : ` to ${printable(action.service)}`;
    return `request${there}${typeof action.request === 'function' ? '' : ` ${printable(action.request.type)}`}`;
  }
  if ('http' in action) return typeof action.http === 'function' ? 'http' : `http ${short(action.http.url)}`;
  if ('command' in action)
    return typeof action.command === 'function' ? 'command' : `command ${short(action.command.argv.join(' '))}`;
  if ('ask' in action) return typeof action.ask === 'function' ? 'question' : `question to ${printable(action.ask.to)}`;
  return 'saga' in action ? `saga ${printable(action.saga)}` : 'function';
}

function short(text: string): string {
  return shorten(printable(text), 40);
}

function policyText(action: StepAction, at: string | undefined): string {
  const { attempts, timeout } = policyOf(action, at);
  // A request to this engine neither hangs nor comes to something else the next time.
  if ('request' in action && action.service === undefined && at === undefined) return '';
  return `${plural(attempts, 'attempt')}, ${formatDuration(timeout * 1000)} each`;
}
