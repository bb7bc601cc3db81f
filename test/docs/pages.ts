import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a page. */
export interface Fence {
  /** First word after the ticks, such as `console`, and the words after it. */
  readonly lang: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Line of the opening ticks, from 1. */
  readonly line: number;
}

/** A page of Markdown, by its path from the project's directory. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
}

/** README.md, CHANGELOG.md and every page below docs/. */
export function docPages(): Page[] {
  const below = existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs'), { recursive: true }) : [];
  const docs = below.filter((file) => String(file).endsWith('.md')).map((file) => `docs/${String(file)}`);
  const paths = ['README.md', 'CHANGELOG.md', ...docs.sort()];
  return paths.filter((path) => existsSync(join(root, path))).map(readPage);
}

/** One page. */
export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, fences: [...fencesOf(text)] };
}

/** Fenced blocks of a text, in order. */
export function* fencesOf(text: string): Generator<Fence> {
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const opening = /^```(\S*)\s*(.*)$/.exec(lines[i] ?? '');
    if (!opening) continue;
    const start = i;
    const end = lines.indexOf('```', i + 1);
    if (end === -1) throw new Error(`the fence in line ${start + 1} never ends`);
    const words = (opening[2] ?? '').split(/\s+/).filter((word) => word !== '');
    yield { lang: opening[1] ?? '', words, text: lines.slice(start + 1, end).join('\n'), line: start + 1 };
    i = end;
  }
}

/** A page's text without its fenced blocks, each replaced by empty lines. */
export function proseOf({ text, fences }: Page): string {
  const lines = text.split('\n');
  for (const { line, text: inner } of fences) lines.fill('', line - 1, line + 1 + inner.split('\n').length);
  return lines.join('\n');
}

/** Cells of a table's rows, of the table whose first column is headed `head`. */
export function tableRows({ text }: Page, head: string, after = ''): string[][] {
  const lines = text.slice(Math.max(0, text.indexOf(after))).split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (start === -1 || !line.startsWith('|')) break;
    rows.push(
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}
