import { posix } from 'node:path';
import type { Rule } from '../finding.ts';
import type { Source } from '../source.ts';
import { nameOf, nodesBelow } from '../syntax.ts';

// Where running starts: the library, the command line, its fast path, `npm start`, tests and their tools.
const entries =
  /^(?:src\/index\.ts|src\/cli\/(?:start\/start|frame\/run-cli|submit\/fast-submit|demo\/demo)\.ts|commands\/.*|bin\/.*|fixtures\/.*|.*\.test\.ts|test\/(?:vitest\.config|bench\/run|tidy\/run)\.ts)$/;

/** Every module is used by something that runs. */
export const reach: Rule = {
  name: 'reach',
  why: 'a module that nothing reaches is read and kept for nothing',
  *check(tree) {
    const reached = new Set<string>();
    const waiting = [...tree.sources.keys()].filter((path) => entries.test(path));
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const source = tree.sources.get(path);
      if (source === undefined || reached.has(path)) continue;
      reached.add(path);
      waiting.push(...named(source));
    }
    for (const path of tree.sources.keys()) {
      if (!reached.has(path) && !path.endsWith('.d.ts')) yield { file: path, what: 'nothing that runs reaches it' };
    }
  },
};

// Imports, and `new URL('./worker.ts', import.meta.url)`: a process to start, a set-up script.
function* named(source: Source): Generator<string> {
  for (const { path } of source.imports) if (path !== undefined) yield path;
  for (const [node] of nodesBelow(source.program)) {
    if (node.type !== 'NewExpression' || nameOf(node.callee) !== 'URL') continue;
    const value = (node.arguments as { value?: unknown }[])[0]?.value;
    if (typeof value === 'string') yield posix.join(posix.dirname(source.path), value);
  }
}
