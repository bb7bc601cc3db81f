import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSource, type Source } from './source.ts';

/** A directory as the rules see it. Paths are relative to `root`, with forward slashes, sorted. */
export type Tree = {
  readonly root: string;
  /** Every file that belongs to the project, whatever it holds. */
  readonly files: readonly string[];
  /** The parsed TypeScript and JavaScript among them, by path. */
  readonly sources: ReadonlyMap<string, Source>;
};

// What git does not track either: installed, built, or written by running.
const ignored = /^(?:node_modules|dist|coverage|oclif\.manifest\.json|\.git|\.txlog|\.ci\/node\d+|.*\.tgz)$/;
const code = /\.(?:ts|tsx|js|mjs|cjs)$/;
const parsed = /^(?:src|commands|test|bin|fixtures)\//;

/** Reads and parses the project below `root`. */
export function loadTree(root: string): Tree {
  const files = [...filesBelow(root, '')].sort();
  const sources = files.filter((file) => code.test(file) && parsed.test(file)).map((file) => load(root, file));
  return { root, files, sources: new Map(sources.map((source) => [source.path, source])) };
}

function* filesBelow(root: string, folder: string): Generator<string> {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored.test(path) || ignored.test(entry.name)) continue;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile()) yield path;
  }
}

function load(root: string, path: string): Source {
  return parseSource(path, readFileSync(join(root, path), 'utf8'));
}

/** The modules of `folder`, for rules about what ships rather than what tests it. */
export function* sourcesIn(tree: Tree, ...folders: string[]): Generator<Source> {
  for (const source of tree.sources.values()) {
    if (folders.some((folder) => source.path.startsWith(`${folder}/`))) yield source;
  }
}
