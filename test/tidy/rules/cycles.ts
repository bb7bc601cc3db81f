import type { Rule } from '../finding.ts';
import type { Source } from '../source.ts';
import { sourcesIn, type Tree } from '../tree.ts';

/** No module reaches itself through its imports, types included. */
export const cycles: Rule = {
  name: 'cycles',
  why: 'modules in a cycle can only be understood, moved and loaded together',
  *check(tree) {
    const done = new Set<string>();
    for (const source of sourcesIn(tree, 'src', 'commands')) yield* search(tree, source, [], done);
  },
};

function* search(tree: Tree, source: Source, trail: readonly string[], done: Set<string>): Generator<Cycle> {
  const seenAt = trail.indexOf(source.path);
  if (seenAt !== -1) {
    const cycle = [...trail.slice(seenAt), source.path];
    yield { file: source.path, what: `import cycle ${cycle.join(' -> ')}` };
    return;
  }
  if (done.has(source.path)) return;
  for (const { path } of source.imports) {
    const next = path === undefined ? undefined : tree.sources.get(path);
    if (next !== undefined) yield* search(tree, next, [...trail, source.path], done);
  }
  done.add(source.path);
}

type Cycle = { readonly file: string; readonly what: string };
