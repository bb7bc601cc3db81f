import type { Rule } from '../finding.ts';
import type { Source } from '../source.ts';
import { isNode, type Node, nameOf, nodesBelow } from '../syntax.ts';
import { sourcesIn, type Tree } from '../tree.ts';

const linesMax = { command: 70, source: 400, test: 600, function: 70, median: 90 };

/** Files stay below their cap. */
export const fileSizes: Rule = {
  name: 'file-size',
  why: 'a file is read at one sitting: split it by what its parts promise',
  *check(tree) {
    for (const { path, lineCount } of tree.sources.values()) {
      const max = capOf(path);
      if (lineCount > max) yield { file: path, what: `${lineCount} lines, at most ${max}` };
    }
  },
};

function capOf(path: string): number {
  if (path.startsWith('commands/')) return linesMax.command;
  return path.startsWith('test/') ? linesMax.test : linesMax.source;
}

/** Half of what ships is in small files. */
export const medianSize: Rule = {
  name: 'median-size',
  why: 'small files are the rule and long ones the exception, not the other way round',
  *check(tree) {
    const median = medianLines(tree);
    if (median > linesMax.median) yield { file: 'src', what: `median of ${median} lines, at most ${linesMax.median}` };
  },
};

/** The median number of lines of the files that ship; 0 without any. */
export function medianLines(tree: Tree): number {
  const counts = [...sourcesIn(tree, 'src', 'commands')].map(({ lineCount }) => lineCount).sort((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

/** Functions that ship stay below their cap; a factory counts with all inside it. */
export const functionSizes: Rule = {
  name: 'function-size',
  why: 'a function is one thought: the parent branches, leaves compute',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'bin')) {
      for (const { name, line, lines } of functionsOf(source)) {
        if (lines <= linesMax.function) continue;
        yield { file: source.path, line, what: `${name} has ${lines} lines, at most ${linesMax.function}` };
      }
    }
  },
};

function* functionsOf(source: Source): Generator<{ name: string; line: number; lines: number }> {
  for (const [node, parent] of nodesBelow(source.program)) {
    if (!/^(?:Function|ArrowFunction)/.test(node.type)) continue;
    const line = source.lineAt(node.start);
    yield { name: functionName(node, parent), line, lines: source.lineAt(node.end) - line + 1 };
  }
}

function functionName(node: Node, parent: Node | undefined): string {
  const own = nameOf(node.id);
  if (own !== undefined || !isNode(parent)) return own ?? 'a function';
  return nameOf(parent.key) ?? nameOf(parent.id) ?? 'a function';
}
