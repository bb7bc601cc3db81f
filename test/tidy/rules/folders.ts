import { posix } from 'node:path';
import type { Rule } from '../finding.ts';
import { sourcesIn, type Tree } from '../tree.ts';

/** No folder of src reaches itself through the imports of its files. */
export const folderCycles: Rule = {
  name: 'folder-cycles',
  why: 'folders in a cycle can only be understood and moved together, whatever their names say',
  *check(tree) {
    const arrows = arrowsOf(tree);
    for (const [from, targets] of arrows) {
      for (const [to, file] of targets) {
        if (reaches(arrows, to, from)) yield { file, what: `${from} imports ${to}, which leads back to ${from}` };
      }
    }
  },
};

type Arrows = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** From each folder to each folder that it imports, with a file that does so. */
function arrowsOf(tree: Tree): Arrows {
  const arrows = new Map<string, Map<string, string>>();
  for (const source of sourcesIn(tree, 'src')) {
    const from = posix.dirname(source.path);
    for (const { path } of source.imports) {
      const to = path === undefined ? from : posix.dirname(path);
      // What lies in src itself is the door and the composition root: everything, and nothing imports it back.
      if (to === from || to === 'src' || from === 'src' || !to.startsWith('src/')) continue;
      const targets = arrows.get(from) ?? new Map<string, string>();
      arrows.set(from, targets.set(to, source.path));
    }
  }
  return arrows;
}

function reaches(arrows: Arrows, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(arrows.get(from)?.keys() ?? [])].some((next) => reaches(arrows, next, to, seen));
}

// Ports are types alone: what implements them is tested.
const untested = new Set(['ports']);

/** Each folder of src has its folder of tests. */
export const testFolders: Rule = {
  name: 'test-folders',
  why: 'whoever changes a folder finds its tests under the same name',
  *check(tree) {
    const folders = new Set([...sourcesIn(tree, 'src')].map(({ path }) => path.split('/').slice(0, 2).join('/')));
    for (const folder of folders) {
      const name = folder.slice('src/'.length);
      if (name.includes('.') || untested.has(name)) continue;
      const isTested = tree.files.some((file) => file.startsWith(`test/${name}/`) && file.endsWith('.test.ts'));
      if (!isTested) yield { file: folder, what: `there are no tests in test/${name}` };
    }
  },
};
