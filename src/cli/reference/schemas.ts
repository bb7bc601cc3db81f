import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { outputs } from '../../shapes/schema/command-outputs.ts';
import { closestMatch } from '../../text/closest-match.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schemas of what a command prints. Errors: USAGE with the closest name. */
export function schemaOf(command: string): JsonObject {
  const output = Object.hasOwn(outputs, command) ? outputs[command] : undefined;
  if (output) {
    const all = Object.entries(output).map(([name, schema]) => [name, { $schema: dialect, ...schema }] as const);
    return { v: 1, command, ...Object.fromEntries(all) } as JsonObject;
  }
  const guess = closestMatch(command, commandsWithSchema());
  throw new TxlogError('USAGE', `no command ${JSON.stringify(command)} prints JSON`, {
    ...(guess !== undefined && { hint: `Did you mean: txlog schema ${guess}` }),
    next: ['txlog schema'],
  });
}

/** The commands that have a schema. */
export function commandsWithSchema(): readonly string[] {
  return Object.keys(outputs).sort();
}
