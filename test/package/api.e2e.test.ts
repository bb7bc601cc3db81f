// Goal: no change of the public API goes unseen. Method: the declarations of all that the package exports are printed from
// the built types, and compared with api.txt beside this file. TXLOG_API=write writes it anew: then the changelog says why.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { isNode, type Node, nameOf } from '../tidy/syntax.ts';

const index = fileURLToPath(new URL('../../dist/src/index.d.ts', import.meta.url));
const report = fileURLToPath(new URL('./api.txt', import.meta.url));

interface Module {
  readonly text: string;
  readonly body: readonly Node[];
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
  const known = modules.get(path);
  if (known) return known;
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*\*[\s\S]*?\*\/\n?/g, '');
  const module = { text, body: parseSync(path, text).program.body as unknown as Node[] };
  modules.set(path, module);
  return module;
}

/** Names that a module exports from another one: the public name, the name there, and the file. */
function* reexports(path: string): Generator<{ name: string; local: string; file: string }> {
  for (const node of moduleAt(path).body) {
    if (node.type !== 'ExportNamedDeclaration' || !isNode(node.source)) continue;
    const file = join(dirname(path), String(node.source.value).replace(/\.(?:ts|js)$/, '.d.ts'));
    for (const specifier of node.specifiers as Node[]) {
      yield { name: nameOf(specifier.exported) ?? '', local: nameOf(specifier.local) ?? '', file };
    }
  }
}

/** The declarations of a name in a module: several for an overloaded function. */
function declarationsOf({ text, body }: Module, local: string): string[] {
  return body.flatMap((node) => {
    const declared = node.type === 'ExportNamedDeclaration' && isNode(node.declaration) ? node.declaration : node;
    const names =
      declared.type === 'VariableDeclaration'
        ? (declared.declarations as Node[]).map(({ id }) => nameOf(id))
        : [nameOf(declared.id)];
    return names.includes(local) ? [text.slice(declared.start, declared.end)] : [];
  });
}

function isPublic(line: string): boolean {
  return !/^\s*(?:private|protected) /.test(line);
}

function printApi(): string {
  const all = [...reexports(index)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocks = all.map(({ name, local, file }) => {
    const texts = declarationsOf(moduleAt(file), local);
    expect(texts, `${name} of ${file}`).not.toEqual([]);
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => isPublic(line) && line.trim() !== ''));
    return `// ${name}\n${lines.join('\n')}\n`;
  });
  return blocks.join('\n');
}

it('the package exports what its report says, and no more', () => {
  const api = printApi();
  if (process.env.TXLOG_API === 'write') writeFileSync(report, api);
  expect(api).toBe(readFileSync(report, 'utf8'));
});
