import type { Rule } from '../finding.ts';
import { nameOf, nodesBelow } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

/** No face makes JSON of its own: shapes/ does, for all of them. */
export const jsonHomes: Rule = {
  name: 'json-homes',
  why: 'one contract for machines, whichever face prints or sends it: src/shapes',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src/cli', 'src/tui', 'src/http', 'commands')) {
      for (const [node] of nodesBelow(source.program)) {
        const name = node.type === 'FunctionDeclaration' ? nameOf(node.id) : undefined;
        if (!/^to\w+Json$/.test(name ?? '')) continue;
        yield { file: source.path, line: source.lineAt(node.start), what: `${name} belongs in src/shapes` };
      }
    }
  },
};
