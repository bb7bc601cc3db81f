import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import { type Node, nameOf, nodesBelow } from './syntax.ts';

/** An import of another module, however it is written. */
type Import = {
  readonly specifier: string;
  readonly line: number;
  /** The project's file that a relative specifier names; undefined for packages. */
  readonly path: string | undefined;
};

/** A parsed module. */
export type Source = {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly program: Node;
  readonly comments: readonly { readonly type: string; readonly value: string; readonly start: number; end: number }[];
  readonly imports: readonly Import[];
  readonly lineAt: (offset: number) => number;
};

/** Parses one module. Throws on a syntax error, naming the file. */
export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const lineCount = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const root = program as unknown as Node;
  return { path, text, lineCount, program: root, comments, lineAt, imports: [...findImports(path, root, lineAt)] };
}

function* findImports(path: string, program: Node, lineAt: Source['lineAt']): Generator<Import> {
  for (const [node] of nodesBelow(program)) {
    const specifier = importedBy(node);
    if (specifier === undefined) continue;
    const relative = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
    yield { specifier, line: lineAt(node.start), path: relative };
  }
}

function importedBy(node: Node): string | undefined {
  const isRequire = node.type === 'CallExpression' && nameOf(node.callee) === 'require';
  const from = isRequire ? (node.arguments as unknown[])[0] : importing.has(node.type) ? node.source : undefined;
  const value = (from as { value?: unknown } | null | undefined)?.value;
  return typeof value === 'string' ? value : undefined;
}

// TSImportType is `import('x').Y` in a type.
const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** `avsc` for `avsc/lib/types.js`, `@oclif/core` for `@oclif/core/flags`. */
export function packageOf(specifier: string): string {
  const [scope, name] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : (scope ?? specifier);
}
