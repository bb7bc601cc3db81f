import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Options } from 'ajv';
import type { PayloadSchema } from '../core/app/handler-terms.ts';
import { refusePromise } from '../core/base/errors.ts';
import type { JsonValue } from '../core/base/json.ts';
import { loadPackage } from './load-package.ts';

/** Says why a payload does not fit, or undefined. */
export type PayloadCheck = (payload: JsonValue | undefined) => string | undefined;

/** Compiles a Standard Schema (zod, valibot, arktype, …) or a JSON Schema. Throws when it is neither. */
export async function compileSchema(schema: PayloadSchema): Promise<PayloadCheck> {
  if ('~standard' in schema) {
    const check = standardCheck(schema as unknown as StandardSchemaV1);
    return (payload) => problemOf(check(payload ?? null));
  }
  const check = await jsonCheck(schema, {});
  return (payload) => check(payload ?? null);
}

/** A value as a schema leaves it, or why it does not fit. */
export type SchemaReading = { readonly value: unknown } | { readonly problem: string };

/**
 * As `compileSchema`, of a schema that also converts: a JSON Schema makes numbers, flags and lists of texts, and fills in its
 * defaults; any other gives what it says. Throws when it is neither.
 */
export async function compileReader(schema: PayloadSchema): Promise<(value: JsonValue) => SchemaReading> {
  if ('~standard' in schema) return standardCheck(schema as unknown as StandardSchemaV1);
  const check = await jsonCheck(schema, { coerceTypes: 'array', useDefaults: true });
  return (value) => {
    // It converts in place.
    const own = structuredClone(value);
    const problem = check(own);
    return problem === undefined ? { value: own } : { problem };
  };
}

async function jsonCheck(schema: object, options: Options): Promise<(value: JsonValue) => string | undefined> {
  // The package is CommonJS: as a module of its own and inside a bundle, only the default is sure to be there.
  const { Ajv } = (await loadPackage('ajv', () => import('ajv'))).default as unknown as typeof import('ajv');
  const { default: addFormats } = await loadPackage('ajv-formats', () => import('ajv-formats'));
  const ajv = new Ajv({ allErrors: false, strict: false, ...options });
  // The package is CommonJS: its default may be wrapped once more.
  const add = (addFormats as unknown as { default?: typeof addFormats }).default ?? addFormats;
  (add as unknown as (instance: unknown) => void)(ajv);
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return undefined;
    const [error] = validate.errors ?? [];
    return `${error?.instancePath ?? ''} ${error?.message ?? 'is invalid'}`.trim();
  };
}

function standardCheck(schema: StandardSchemaV1): (value: JsonValue) => SchemaReading {
  const { validate } = schema['~standard'];
  return (value) => {
    const result = validate(value);
    refusePromise(result, 'the schema');
    if (!result.issues) return { value: result.value };
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    const message = issue?.message ?? 'it does not fit';
    return { problem: path === '' ? message : `${path}: ${message}` };
  };
}

function problemOf(reading: SchemaReading): string | undefined {
  return 'problem' in reading ? reading.problem : undefined;
}
