import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Rule } from '../finding.ts';
import { sourcesIn, type Tree } from '../tree.ts';

const list = 'test/tidy/doors.txt';

// Everything in these is for everyone above them, and a face is one room with the commands that it serves.
const open = new Set(['core', 'ports', 'layout', 'machine', 'text', 'pages', 'shapes', 'cli']);

/** A folder is entered by the files that doors.txt lists, and by no other. */
export const doors: Rule = {
  name: 'doors',
  why: 'what lies behind the doors of a folder can change without a look at the rest of the tree',
  *check(tree) {
    const listed = doorsIn(tree);
    const entered = new Set<string>();
    for (const source of sourcesIn(tree, 'src', 'commands')) {
      // What the package shows is a rule of its own: the report of its API.
      if (source.path === 'src/index.ts') continue;
      for (const { path, line } of source.imports) {
        const folder = path === undefined ? undefined : closedFolder(path);
        if (path === undefined || folder === undefined || source.path.startsWith(folder)) continue;
        entered.add(path);
        if (!listed.has(path)) yield { file: source.path, line, what: `enters ${folder} by ${path}, which is no door` };
      }
    }
    yield* unused(listed, entered);
  },
};

function* unused(
  listed: ReadonlyMap<string, number>,
  entered: ReadonlySet<string>,
): Generator<Omit<Finding, 'rule' | 'why'>> {
  for (const [path, line] of listed)
    if (!entered.has(path)) yield { file: list, line, what: `${path} is a door that nobody enters by` };
}

function closedFolder(path: string): string | undefined {
  const [top, folder = '', rest] = path.split('/');
  return top === 'src' && rest !== undefined && !open.has(folder) ? `src/${folder}/` : undefined;
}

function doorsIn({ root, files }: Tree): ReadonlyMap<string, number> {
  const text = files.includes(list) ? readFileSync(join(root, list), 'utf8') : '';
  const lines = text.split('\n').map((line, i): [string, number] => [line.trim(), i + 1]);
  return new Map(lines.filter(([line]) => line !== '' && !line.startsWith('#')));
}
