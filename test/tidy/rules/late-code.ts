import { posix } from 'node:path';
import type { Rule } from '../finding.ts';
import type { Source } from '../source.ts';
import { type Node, nodesBelow } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

const listed = 'src/environment/load-code.ts';
// A face loads before it begins; what apps need is loaded with them.
const elsewhere = /^src\/(?:cli|tui|http|app)\//;

/** What the engine loads on first use, a long process can load when it starts. */
export const lateCode: Rule = {
  name: 'late-code',
  why: 'an import() that failed once fails as long as the process lives: what lives long loads all when it starts',
  *check(tree) {
    const list = tree.sources.get(listed);
    const known = new Set(list === undefined ? [] : [...lateImports(list)].map(([path]) => path));
    for (const source of sourcesIn(tree, 'src')) {
      if (source.path === listed || elsewhere.test(source.path)) continue;
      for (const [path, node] of lateImports(source)) {
        if (known.has(path) || elsewhere.test(path)) continue;
        yield {
          file: source.path,
          line: source.lineAt(node.start),
          what: `loads ${path}, which ${listed} does not name`,
        };
      }
    }
  },
};

function* lateImports({ path, program }: Source): Generator<readonly [path: string, node: Node]> {
  for (const [node] of nodesBelow(program)) {
    const specifier = (node.source as { value?: unknown } | null | undefined)?.value;
    if (node.type !== 'ImportExpression' || typeof specifier !== 'string' || !specifier.startsWith('.')) continue;
    yield [posix.join(posix.dirname(path), specifier), node];
  }
}
