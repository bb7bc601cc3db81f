import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { matchNames, type Node } from './cel.ts';

// Patterns may come from the records themselves: only so many are kept compiled.
const keptMax = 100;

/**
 * Lets an environment test texts against regular expressions in the syntax of RE2, which CEL prescribes. A test takes a
 * time linear in the text, whatever the pattern.
 *
 * Errors: the function throws for what is no such pattern; RE2 has no look-ahead and no back-references.
 */
export function addPatterns(environment: Environment): void {
  const kept = new Map<string, RE2JS>();
  environment.registerFunction(`string.${matchNames.ours}(string): bool`, (text: string, pattern: string) => {
    const compiled = kept.get(pattern) ?? RE2JS.compile(pattern);
    if (kept.size >= keptMax) kept.clear();
    kept.set(pattern, compiled);
    return compiled.test(text);
  });
}

/** An expression whose calls of `matches` are calls of what `addPatterns` added. */
export function renameCalls(text: string, ast: Node): string {
  let renamed = text;
  for (const { receiver } of patternCalls(ast, matchNames.theirs)) {
    // Between the receiver and the name of the call stand no more than brackets, a dot and white space.
    const at = renamed.indexOf(matchNames.theirs, receiver.end);
    renamed = renamed.slice(0, at) + matchNames.ours + renamed.slice(at + matchNames.ours.length);
  }
  return renamed;
}

/** Refuses patterns that are written in an expression and are none, as an error of the CEL library with its place. */
export function checkPatterns(ast: Node): void {
  for (const { pattern } of patternCalls(ast, matchNames.ours)) {
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') continue;
    try {
      RE2JS.compile(pattern.args);
    } catch (cause) {
      throw Object.assign(new Error((cause as Error).message, { cause }), { range: { start: pattern.start } });
    }
  }
}

function* patternCalls(node: unknown, name: string): Iterable<{ readonly receiver: Node; readonly pattern?: Node }> {
  if (Array.isArray(node)) for (const item of node) yield* patternCalls(item, name);
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as Node;
  yield* patternCalls(args, name);
  if (op !== 'rcall') return;
  const [called, receiver, [pattern]] = args as [string, Node, Node[]];
  if (called === name) yield { receiver, ...(pattern && { pattern }) };
}
