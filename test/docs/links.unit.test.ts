import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docPages, type Page, proseOf, root } from './pages.ts';

// Goal: every way that the docs point to is there. Method: links and their anchors, and every path in code marks that
// names a file of the project, are looked up.

const pages = docPages();

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_, page) => {
  it('links to pages and headings that exist', () => {
    expect(linksOf(page).filter((link) => !resolves(page, link))).toEqual([]);
  });

  it('names files that exist', () => {
    const named = [...proseOf(page).matchAll(/`((?:src|test|commands|docs|fixtures|bin)\/[^`\s]*)`/g)];
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });
});

function linksOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

function resolves(page: Page, link: string): boolean {
  if (/^https?:/.test(link)) return true;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page.path : posix.join(posix.dirname(page.path), path);
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  const linked = pages.find((other) => other.path === target);
  return linked !== undefined && headingsOf(linked).includes(anchor);
}

/** Anchors as GitHub makes them. */
function headingsOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
