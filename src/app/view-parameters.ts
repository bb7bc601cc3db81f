import type { PayloadSchema } from '../core/app/handler-terms.ts';
import type { ReadParameters } from '../core/app/view-definition.ts';
import { findJsonProblem, type JsonObject, type JsonValue } from '../core/base/json.ts';
import { compileReader } from './payload-schema.ts';

/** Reads the parameters of one view. */
export type ParameterReader = (params: JsonObject) => ReadParameters;

/** Compiles the schema of a view. Throws when it is none. */
export async function compileParameters(schema: PayloadSchema | undefined): Promise<ParameterReader> {
  if (schema === undefined) return readNone;
  const read = await compileReader(schema);
  return (params) => {
    const reading = read(params);
    if ('problem' in reading) return reading;
    const value = reading.value as JsonValue;
    const problem = findJsonProblem(value, 'params');
    return problem ? { problem: `${problem.path}: ${problem.reason}` } : { params: value };
  };
}

/** A view without a schema has no parameters. */
function readNone(params: JsonObject): ReadParameters {
  const [first] = Object.keys(params);
  return first === undefined ? { params } : { problem: `the view has no parameter ${JSON.stringify(first)}` };
}
