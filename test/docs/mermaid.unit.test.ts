import DOMPurify from 'dompurify';
import { beforeAll, expect, it } from 'vitest';
import { docPages } from './pages.ts';

// Goal: every diagram of the docs can be drawn. Method: Mermaid's own parser.

const diagrams = docPages().flatMap(({ path, fences }) =>
  fences.filter(({ lang }) => lang === 'mermaid').map(({ text, line }) => [`${path}:${line}`, text] as const),
);

let parse: (text: string) => Promise<unknown>;

beforeAll(async () => {
  // Mermaid cleans texts through a DOM, which Node does not have; its grammar does not need it.
  Object.assign(DOMPurify, { sanitize: String, addHook: () => undefined });
  const { default: mermaid } = await import('mermaid');
  parse = (text) => mermaid.parse(text);
});

it.each(diagrams)('the diagram in %s parses', async (_, text) => {
  expect(await parse(text)).toHaveProperty('diagramType');
});
