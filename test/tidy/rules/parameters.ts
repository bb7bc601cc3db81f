import type { Rule } from '../finding.ts';
import { isNode, nameOf, nodesBelow } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

const parametersMax = 3;

/** Functions take few parameters. */
export const parameters: Rule = {
  name: 'parameters',
  why: 'a call with many values cannot be read without the function beside it: hand in an object with names',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'bin')) {
      for (const [node, parent] of nodesBelow(source.program)) {
        if (!/^(?:Function|ArrowFunction)/.test(node.type)) continue;
        const count = (node.params as unknown[]).length;
        if (count <= parametersMax) continue;
        const name = nameOf(node.id) ?? (isNode(parent) ? (nameOf(parent.key) ?? nameOf(parent.id)) : undefined);
        const what = `${name ?? 'a function'} takes ${count} parameters, at most ${parametersMax}`;
        yield { file: source.path, line: source.lineAt(node.start), what };
      }
    }
  },
};
