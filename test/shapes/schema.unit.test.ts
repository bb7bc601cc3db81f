import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { outputs } from '../../src/shapes/schema/command-outputs.ts';
import { error } from '../../src/shapes/schema/log-schema.ts';
import type { Schema } from '../../src/shapes/schema/schema-terms.ts';
import { root } from '../docs/pages.ts';
import { jsonExamples } from './examples.ts';

// Goal: what commands print for machines is exactly what the schemas say. Method: the examples of the docs and of the
// written sessions, which other tests run and compare, are checked against the schema of their command; there a field
// that no schema knows is a failure, though readers must ignore it.

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
}

// What differs from run to run stands in the written sessions as `<time>` and the like.
const placeholder = { type: 'string', pattern: '^<[a-z ]+>$' };
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** The same schema, but for the placeholders, and no object may have a field that it does not name. */
function closed(schema: Schema): Schema {
  const { properties, items, anyOf, ...rest } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
    readonly anyOf?: readonly Schema[];
  } & Schema;
  if (anyOf) return { ...rest, anyOf: anyOf.map(closed) };
  if (items) return { ...rest, items: closed(items) };
  if (properties) {
    const inner = Object.entries(properties).map(([name, field]) => [name, closed(field)]);
    return { ...rest, properties: Object.fromEntries(inner), additionalProperties: false };
  }
  return 'pattern' in rest || 'format' in rest ? { anyOf: [rest, placeholder] } : rest;
}

function acceptable(commands: readonly string[]): Schema {
  const schemas = commands.flatMap((command) => Object.values(outputs[command] ?? {}));
  return { anyOf: [...schemas, error] };
}

it('every command that has --json has a schema', () => {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest;
  const named = Object.entries(commands).filter(([, { flags }]) => 'json' in flags);
  expect(named.map(([id]) => id.replaceAll(':', ' ')).sort()).toEqual(Object.keys(outputs).sort());
});

describe.each([...jsonExamples()])('%s', (_, { commands, documents }) => {
  const fits = ajv.compile(closed(acceptable(commands)));

  it('prints what its schema says', () => {
    for (const { document, place } of documents) {
      const problems = fits(document) ? [] : fits.errors;
      expect({ place, document, problems }).toEqual({ place, document, problems: [] });
    }
  });
});
