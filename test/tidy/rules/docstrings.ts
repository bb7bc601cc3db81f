import { exportsOf } from '../exports.ts';
import type { Rule } from '../finding.ts';
import { sourcesIn } from '../tree.ts';

/** Every symbol that a module of src/ exports says what it promises. */
export const docstrings: Rule = {
  name: 'docstrings',
  why: 'who calls it must not have to read how it works: say the promise, the units, the errors',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src')) {
      const all = [...exportsOf(source)];
      // Of overloads one needs it.
      const documented = new Set(all.filter(({ isDocumented }) => isDocumented).map(({ name }) => name));
      for (const { name, node } of all.filter((found) => !documented.has(found.name))) {
        yield { file: source.path, line: source.lineAt(node.start), what: `${name} has no /** docstring */` };
      }
    }
  },
};
