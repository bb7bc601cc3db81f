import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PayloadSchema } from '../core/app/app.ts';
import { refusePromise } from '../core/base/errors.ts';
import type { JsonValue } from '../core/base/json.ts';
import { loadPackage } from './load-package.ts';

/** Says why a payload does not fit, or undefined. */
export type PayloadCheck = (payload: JsonValue | undefined) => string | undefined;

/** Compiles a Standard Schema (zod, valibot, arktype, …) or a JSON Schema. Throws when it is neither. */
export async function compileSchema(schema: PayloadSchema): Promise<PayloadCheck> {
  if ('~standard' in schema) return standardCheck(schema as unknown as StandardSchemaV1);
  // The package is CommonJS: as a module of its own and inside a bundle, only the default is sure to be there.
  const { Ajv } = (await loadPackage('ajv', () => import('ajv'))).default as unknown as typeof import('ajv');
  const { default: addFormats } = await loadPackage('ajv-formats', () => import('ajv-formats'));
  const ajv = new Ajv({ allErrors: false, strict: false });
  // The package is CommonJS: its default may be wrapped once more.
  const add = (addFormats as unknown as { default?: typeof addFormats }).default ?? addFormats;
  (add as unknown as (instance: unknown) => void)(ajv);
  const validate = ajv.compile(schema as object);
  return (payload) => {
    if (validate(payload ?? null)) return undefined;
    const [error] = validate.errors ?? [];
    return `${error?.instancePath ?? ''} ${error?.message ?? 'is invalid'}`.trim();
  };
}

function standardCheck(schema: StandardSchemaV1): PayloadCheck {
  const { validate } = schema['~standard'];
  return (payload) => {
    const result = validate(payload ?? null);
    refusePromise(result, 'the schema');
    const [issue] = result.issues ?? [];
    if (!issue) return undefined;
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  };
}
