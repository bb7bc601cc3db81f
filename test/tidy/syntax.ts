/** A node of the parsed program, as the rules need it: its kind, its place, and whatever else it holds. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
};

/** Every node below `node`, itself included, parents first, with the nearest parent. */
export function* nodesBelow(node: Node, parent?: Node): Generator<readonly [node: Node, parent: Node | undefined]> {
  yield [node, parent];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* nodesBelow(child, node);
    }
  }
}

/** Whether `value` is a node rather than a name, a flag or a position. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The name that `node` is, when it is an identifier. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? (node.name as string) : undefined;
}
