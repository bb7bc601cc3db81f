import { any, count, flag, listOf, type Schema, shape, text, v } from './schema-terms.ts';

/** A code that `explain` tells of. */
export const explanation: Schema = shape(
  { v, code: text, kind: { enum: ['error', 'rejection', 'problem'] }, meaning: text, next: text, exit: count },
  { retry: text },
);

const option = { about: text, options: listOf(text) };
const arg: Schema = shape({ name: text, required: flag }, option);
const flagShape: Schema = shape(
  { name: text, type: text, required: flag, multiple: flag, global: flag },
  { ...option, char: text, value: text, variable: text },
);

/** A command, with all that it takes. */
export const command: Schema = shape(
  { v, command: text, summary: text, args: listOf(arg), flags: listOf(flagShape), examples: listOf(text) },
  { description: text, effect: { enum: ['none', 'reads', 'writes', 'makes', 'sometimes'] }, frontend: flag },
);

/** The completion script of a shell. */
export const shellScript: Schema = shape({ v, shell: text, script: text });

/** JSON Schemas of one command; or the commands that have some. */
export const schema: Schema = shape({ v }, { command: text, document: any, line: any, items: listOf(text) });
