import type { Rule } from '../finding.ts';
import type { Node } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

const vague = /(?:^|[-.])(?:utils?|helpers?|commons?|managers?|misc)(?:[-.]|$)/;

/** No file or folder has a name that anything fits under. */
export const names: Rule = {
  name: 'names',
  why: 'a name that anything fits under tells nobody where to look: name the file for its verb or its noun',
  *check(tree) {
    for (const file of tree.sources.keys()) {
      const part = file.split('/').find((name) => vague.test(name));
      if (part !== undefined) yield { file, what: `the name ${part} says nothing` };
    }
  },
};

/** src/index.ts is the only module that does nothing but export others. */
export const barrels: Rule = {
  name: 'barrels',
  why: 'a barrel hides where things are and loads what nobody asked for: import the module itself',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'test')) {
      const body = source.program.body as Node[];
      if (source.path === 'src/index.ts' || !body.some(isReexport)) continue;
      if (body.every((node) => isReexport(node) || node.type === 'ImportDeclaration')) {
        yield { file: source.path, what: 'it only exports other modules' };
      }
    }
  },
};

function isReexport(node: Node): boolean {
  if (node.type === 'ExportAllDeclaration') return true;
  return node.type === 'ExportNamedDeclaration' && (node.declaration ?? null) === null;
}
