import type { VNode } from 'preact';

/** One way on from a page of a list. */
export interface PagerLink {
  readonly name: string;
  readonly href: string | undefined;
  readonly rel?: 'next' | 'prev' | 'first';
}

/** Ways on from a page of a list; nothing where there are none. */
export function Pager({ links }: { readonly links: readonly PagerLink[] }): VNode | null {
  const shown = links.flatMap(({ href, name, rel }) => (href === undefined ? [] : [{ href, name, rel }]));
  if (shown.length === 0) return null;
  return (
    <nav class="pager" aria-label="Pages of this list">
      {shown.map(({ name, href, rel }) => (
        <a key={name} href={href} rel={rel}>
          {name}
        </a>
      ))}
    </nav>
  );
}
