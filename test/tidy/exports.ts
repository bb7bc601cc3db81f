import type { Source } from './source.ts';
import { isNode, type Node, nameOf } from './syntax.ts';

/** A symbol that a module exports. */
export type Export = { readonly name: string; readonly node: Node; readonly isDocumented: boolean };

/** Every symbol that a module declares and exports. */
export function* exportsOf(source: Source): Generator<Export> {
  const body = source.program.body as Node[];
  const local = new Set(body.flatMap(locallyExported));
  for (const node of body) {
    const isExport = /^Export(?:Named|Default)Declaration$/.test(node.type) && isNode(node.declaration);
    const isDocumented = hasDocstring(source, node);
    for (const name of declaredBy(isExport ? (node.declaration as Node) : node)) {
      if (isExport || local.has(name)) yield { name, node, isDocumented };
    }
  }
}

// `export { a, b }` of what the module itself declares.
function locallyExported(node: Node): string[] {
  if (node.type !== 'ExportNamedDeclaration' || isNode(node.source)) return [];
  return (node.specifiers as Node[]).flatMap((specifier) => nameOf(specifier.local) ?? []);
}

function declaredBy(node: Node): string[] {
  if (node.type === 'VariableDeclaration') {
    return (node.declarations as Node[]).map((declaration) => nameOf(declaration.id) ?? 'a pattern');
  }
  const name = nameOf(node.id);
  return name !== undefined ? [name] : /^(?:Export|Import|Expression)/.test(node.type) ? [] : ['the default export'];
}

function hasDocstring(source: Source, node: Node): boolean {
  return source.comments.some(
    ({ type, value, end }) =>
      type === 'Block' &&
      value.startsWith('*') &&
      end <= node.start &&
      source.text.slice(end, node.start).trim() === '',
  );
}
