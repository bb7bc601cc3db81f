import type { Rule } from '../finding.ts';
import { isNode, nodesBelow } from '../syntax.ts';
import { sourcesIn } from '../tree.ts';

/** A field that may be absent is said in one way. */
export const spreads: Rule = {
  name: 'spreads',
  why: 'one way for a field that may be absent: given({ a }) for a value that may be undefined, ...(is && { a }) for a condition',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'bin', 'test')) {
      for (const [node] of nodesBelow(source.program)) {
        if (node.type !== 'SpreadElement') continue;
        const argument = unwrapped(node.argument);
        if (!isNode(argument) || argument.type !== 'ConditionalExpression') continue;
        if (![argument.consequent, argument.alternate].some(isEmptyObject)) continue;
        yield { file: source.path, line: source.lineAt(node.start), what: 'a spread of {} under a condition' };
      }
    }
  },
};

function unwrapped(value: unknown): unknown {
  return isNode(value) && value.type === 'ParenthesizedExpression' ? unwrapped(value.expression) : value;
}

function isEmptyObject(given: unknown): boolean {
  const value = unwrapped(given);
  return isNode(value) && value.type === 'ObjectExpression' && (value.properties as unknown[]).length === 0;
}
