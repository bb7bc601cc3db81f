import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

/**
 * The column, counted from 1, at which a field such as `changes[2].key` stands in a JSON text of one line: that of its
 * name, or of what it is missing from. Undefined for text that is no JSON.
 */
export function findColumn(text: string, path: string): number | undefined {
  const root = parseTree(text);
  if (!root) return undefined;
  const node = findDeepest(root, path.match(/[^.[\]]+/g) ?? []);
  const named = node.parent?.type === 'property' ? node.parent : node;
  return named.offset + 1;
}

/** The node at a path, or the last one on the way to it. */
function findDeepest(root: Node, parts: readonly string[]): Node {
  for (let count = parts.length; count > 0; count--) {
    const location = parts.slice(0, count).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const node = findNodeAtLocation(root, location);
    if (node) return node;
  }
  return root;
}
