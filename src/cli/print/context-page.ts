import type { ContextColor } from '../../environment/contexts.ts';
import type { ListedContext, ShownContext } from '../../shapes/context.ts';
import type { Colors } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { formatPairs, formatTable } from '../../text/table.ts';

/** Contexts for people, one per line; `*` marks the current one. */
export function formatContexts(contexts: readonly ListedContext[], colors: Colors): string {
  return formatTable(
    contexts.map((context) => [
      context.current ? '*' : ' ',
      formatContextName(context, colors),
      printable(context.dir),
      context.protected ? 'protected' : '',
    ]),
  );
}

/** One context for people. */
export function formatContext(context: ListedContext, colors: Colors): string {
  return formatPairs([
    ['context', formatContextName(context, colors)],
    ['environment', printable(context.dir)],
    ...(context.tokenFile === undefined ? [] : [['token', `in ${printable(context.tokenFile)}`] as [string, string]]),
    ['colour', context.color ?? 'none'],
    ['protected', context.protected ? 'yes: a change wants its name, or --yes' : 'no'],
    ['current', context.current ? 'yes' : 'no'],
  ]);
}

/** Its name, in its colour. */
export function formatContextName({ name, color }: ShownContext, colors: Colors): string {
  return color === undefined ? name : colors.paint(color as ContextColor, name);
}

/** The first line of `status`: the context of the environment; nothing where it has none. */
export function statusHead(context: ShownContext | undefined, colors: Colors): string {
  if (context === undefined) return '';
  const name = formatContextName(context, colors);
  return `${formatPairs([['context    ', context.protected ? `${name}, protected` : name]])}\n`;
}
