import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docPages, readPage, root } from './pages.ts';

// Goal: no example of the docs goes unchecked, and the README's way in is the one that CI takes. Method: each kind of
// fence has its test, named here; a kind without one is refused.

/** Kinds of fences, and what checks them. `text` is no example; `sh` only where a test says what stands in it. */
const checked: Readonly<Record<string, RegExp>> = {
  console: /./, // sessions.e2e.test.ts
  ts: /./, // typescript.e2e.test.ts
  js: /./, // written into the directory of the sessions
  mermaid: /./, // mermaid.unit.test.ts
  json: /./, // below
  hex: /^docs\/formats\//, // formats.unit.test.ts
  text: /^docs\//,
  sh: /^(?:README\.md|docs\/guide\/getting-started\.md|docs\/commands\/[\w-]+\.md)$/, // below, commands.e2e.test.ts
};

describe.each(docPages().map((page) => [page.path, page] as const))('%s', (path, { fences }) => {
  it('has only fences that are checked', () => {
    const unchecked = fences.filter(({ lang }) => checked[lang]?.test(path) !== true);
    expect(unchecked.map(({ lang, line }) => `${lang}:${line}`)).toEqual([]);
  });

  it('has JSON that parses', () => {
    for (const { text } of fences.filter(({ lang }) => lang === 'json')) expect(JSON.parse(text)).toBeTypeOf('object');
  });
});

describe('the first commands of a newcomer', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  const typed = (path: string) => readPage(path).fences.filter(({ lang }) => lang === 'sh');

  it('are two lines in README.md, which package.json and CI know', () => {
    expect(typed('README.md').map(({ text }) => text)).toEqual(['npm install && npm start\nnpm install && npm test']);
    expect(scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('npm install && npm test');
  });

  it('are the same in the guide', () => {
    expect(typed('docs/guide/getting-started.md').map(({ text }) => text)).toEqual([
      'npm install && npm start',
      'npm link',
    ]);
  });
});
