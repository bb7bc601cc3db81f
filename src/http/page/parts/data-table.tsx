import type { ComponentChildren, VNode } from 'preact';

/** The head of a column, and how it is shown: `number` to the right, `wide` only where the window is. */
type Column = string | readonly [title: string, look: 'number' | 'wide' | 'number wide'];

/** A table with its caption and its heads; the children are its rows. */
export function DataTable({
  caption,
  columns,
  children,
}: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly children: ComponentChildren;
}): VNode {
  return (
    <table>
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => {
            const [title, look] = typeof column === 'string' ? [column, undefined] : column;
            return (
              <th scope="col" class={look} key={title}>
                {title}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
