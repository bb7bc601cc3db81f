import { Flags } from '@oclif/core';
import { outputFormats } from './format-words.ts';

const helpGroup = 'GLOBAL';
const others = { output: ['json', 'ndjson', 'quiet'], json: ['ndjson', 'quiet'], ndjson: ['quiet'] };

/** The flags of every command that say in which form it prints its answer. */
export const outputFlags = {
  output: Flags.option({
    char: 'o',
    summary: 'Form of the answer: table is for people, plain and csv are its columns whole, ids are the names alone.',
    options: outputFormats,
    exclusive: others.output,
    helpGroup,
  })(),
  json: Flags.boolean({ summary: 'Short for -o json: one document.', exclusive: others.json, helpGroup }),
  ndjson: Flags.boolean({ summary: 'Short for -o ndjson: one object a line.', exclusive: others.ndjson, helpGroup }),
  quiet: Flags.boolean({ char: 'q', summary: 'Short for -o ids: ids alone, one a line.', helpGroup }),
  fields: Flags.string({
    summary: 'Only these fields, such as id,payload.amount; as columns, or of the JSON.',
    exclusive: ['template'],
    helpValue: 'PATHS',
    helpGroup,
  }),
  template: Flags.string({
    summary: "Print this for each item, with its fields in braces: '{id} {payload.amount}'.",
    exclusive: ['output', 'json', 'ndjson', 'quiet'],
    helpValue: 'TEXT',
    helpGroup,
  }),
  wide: Flags.boolean({ summary: 'Cut nothing to the width of the terminal.', helpGroup }),
};
