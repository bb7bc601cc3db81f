import type { ComponentChildren, VNode } from 'preact';
import type { JsonValue } from '../../../core/base/json.ts';
import { toTime } from '../../../index.ts';
import { formatDuration } from '../../../text/duration.ts';
import { formatCount, printable } from '../../../text/printable.ts';
import { cutMiddle } from '../../../text/width.ts';
import { type NamedPage, pathTo } from './page-links.ts';

interface NameProps {
  readonly text: string;
  /** A longer one is cut in its middle: in a list, where its page has all of it. */
  readonly columns?: number;
}

/** A name from data: an id, a key, a theme. Whatever is in it, it stays in its place and its direction. */
export function Name({ text, columns = Number.POSITIVE_INFINITY }: NameProps): VNode {
  return <bdi class="name">{cutMiddle(printable(text), columns)}</bdi>;
}

/** A name that leads to its page. */
export function NameLink({
  kind,
  name,
  ...fit
}: { readonly kind: NamedPage; readonly name: string } & Omit<NameProps, 'text'>): VNode {
  return (
    <a href={pathTo(kind, name)}>
      <Name text={name} {...fit} />
    </a>
  );
}

/** A position of the log, which leads to its transaction. */
export function PositionLink({ position }: { readonly position: number }): VNode {
  return <a href={`/ui/positions/${position}`}>{formatCount(position)}</a>;
}

/** A time in UTC, in ms since 1970; its day and its fraction give way on a narrow page. */
export function Time({ ms }: { readonly ms: number }): VNode {
  const text = toTime(ms);
  return (
    <time datetime={text}>
      <span class="day">{text.slice(0, 10)} </span>
      {text.slice(11, 19)}
      <span class="fine">{text.slice(19, -1)}</span>
    </time>
  );
}

/** A span of time, in ms. */
export function Duration({ ms }: { readonly ms: number }): VNode {
  return <span class="number">{formatDuration(ms)}</span>;
}

/** Something that is there under a label of a list. */
export function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }): VNode {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How something stands, in a word: its colour never says more than the word. */
export function Badge({ level, children }: { readonly level: Level; readonly children: ComponentChildren }): VNode {
  return <span class={`badge ${level}`}>{children}</span>;
}

/** How good it is. */
export type Level = 'good' | 'bad' | 'warn' | 'calm';

/** Characters of a value that a page holds, and those that it shows before somebody opens it. */
const valueUnitsMax = 20_000;
const valueUnitsOpen = 1_200;

/** A value as JSON in lines. A long one is opened first; of a very long one there is the beginning: its JSON has all. */
export function JsonBlock({ value }: { readonly value: JsonValue }): VNode {
  const text = JSON.stringify(value, undefined, 2);
  const shown = text.slice(0, valueUnitsMax);
  const block = (
    <pre class="json">
      <code>{shown.split('\n').map(printable).join('\n')}</code>
    </pre>
  );
  if (text.length <= valueUnitsOpen) return block;
  const which = shown.length < text.length ? `the first ${formatCount(shown.length)} of ` : '';
  return (
    <details>
      <summary>
        Show {which}
        {formatCount(text.length)} characters
      </summary>
      {block}
    </details>
  );
}
