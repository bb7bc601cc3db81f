import type { Rule } from '../finding.ts';
import { packageOf } from '../source.ts';
import { sourcesIn } from '../tree.ts';

const homes: Record<string, readonly string[]> = {
  avsc: ['src/layout/'],
  lmdb: ['src/storage/lmdb/'],
  '@oclif/core': ['commands/', 'src/cli/', 'bin/'],
  jiti: ['src/app/'],
  ajv: ['src/app/'],
  'ajv-formats': ['src/app/'],
  'jsonc-parser': ['src/layout/'],
  '@marcbachmann/cel-js': ['src/app/', 'src/layout/'],
  ink: ['src/tui/'],
  react: ['src/tui/'],
  fastify: ['src/http/'],
  preact: ['src/http/'],
  'preact-render-to-string': ['src/http/'],
  nats: ['src/order/nats/'],
};

/** A package that shapes code around it lives in one folder. */
export const packages: Rule = {
  name: 'packages',
  why: 'a package with one home can be replaced, upgraded or loaded late by changing one folder',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'bin')) {
      for (const { specifier, line } of source.imports) {
        const home = homes[packageOf(specifier)];
        if (home === undefined || home.some((folder) => source.path.startsWith(folder))) continue;
        yield { file: source.path, line, what: `${specifier} belongs in ${home.join(' or ')}` };
      }
    }
  },
};
