import { posix } from 'node:path';
import { exportsOf } from '../exports.ts';
import type { Rule } from '../finding.ts';
import { sourcesIn } from '../tree.ts';

// Files of these rooms are named for the noun that they shape or show: `shapes/saga.ts` beside `core/app/saga.ts`.
const nounRooms = /^src\/(?:shapes|pages)\//;

/** A file name stands once in src. */
export const uniqueFiles: Rule = {
  name: 'unique-files',
  why: 'whoever looks for a file by its name finds the one that is meant',
  *check(tree) {
    const paths = [...sourcesIn(tree, 'src')].map(({ path }) => path).filter((path) => !nounRooms.test(path));
    for (const [name, all] of groupBy(paths, (path) => posix.basename(path))) {
      if (all.length > 1)
        yield { file: all[0] ?? '', what: `the file name ${name} stands also at ${all.slice(1).join(', ')}` };
    }
  },
};

/** A name is exported once in src. */
export const uniqueExports: Rule = {
  name: 'unique-exports',
  why: 'one name for one idea: a reader who knows it from one file is not misled in another',
  *check(tree) {
    const found = [...sourcesIn(tree, 'src')].flatMap((source) =>
      [...new Set([...exportsOf(source)].map(({ name }) => name))].map((name) => ({ name, path: source.path })),
    );
    for (const [name, all] of groupBy(found, (each) => each.name)) {
      const [first, ...others] = all.map(({ path }) => path);
      if (others.length > 0) yield { file: first ?? '', what: `${name} is exported also by ${others.join(', ')}` };
    }
  },
};

function groupBy<T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}
