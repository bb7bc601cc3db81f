import type { Rule } from '../finding.ts';
import type { Source } from '../source.ts';
import { isNode, type Node, nameOf, nodesBelow } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

const pure = ['src/core', 'src/ports', 'src/view', 'src/pipeline'];
const impureGlobals = new Set([
  'Date',
  'process',
  'console',
  'performance',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
]);

/** Core, ports, view and pipeline import nothing from outside the project. */
export const pureImports: Rule = {
  name: 'pure-imports',
  why: 'what decides and orders must run the same in every process and in replay: effects come through ports',
  *check(tree) {
    for (const source of sourcesIn(tree, ...pure)) {
      for (const { specifier, path, line } of source.imports) {
        if (path === undefined) yield { file: source.path, line, what: `imports ${specifier}` };
      }
    }
  },
};

/** Core, ports, view and pipeline touch no clock, chance, timer or process. */
export const pureGlobals: Rule = {
  name: 'pure-globals',
  why: 'time, chance and the process differ from run to run: take them through ports/clock.ts and its like',
  *check(tree) {
    for (const source of sourcesIn(tree, ...pure)) {
      for (const [name, node] of impurities(source)) {
        yield { file: source.path, line: source.lineAt(node.start), what: `uses the global ${name}` };
      }
    }
  },
};

function* impurities(source: Source): Generator<readonly [name: string, node: Node]> {
  for (const [node, parent] of nodesBelow(source.program)) {
    if (isMathRandom(node)) yield ['Math.random', node];
    const name = nameOf(node);
    if (name !== undefined && impureGlobals.has(name) && isValue(node, parent)) yield [name, node];
  }
}

function isMathRandom(node: Node): boolean {
  return node.type === 'MemberExpression' && nameOf(node.object) === 'Math' && nameOf(node.property) === 'random';
}

// A field or a type may be called what it likes.
function isValue(node: Node, parent: Node | undefined): boolean {
  if (!isNode(parent)) return true;
  if (parent.computed === true) return true;
  const isField = parent.property === node || (parent.key === node && parent.value !== node);
  return !isField && !/^TS(?:Type|Qualified|Property|Method)/.test(parent.type);
}
