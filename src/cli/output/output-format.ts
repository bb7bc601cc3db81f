import { Flags } from '@oclif/core';
import { outputFormats } from './format-words.ts';

const helpGroup = 'GLOBAL';
const others = { output: ['json', 'ndjson', 'quiet'], json: ['ndjson', 'quiet'], ndjson: ['quiet'] };

/** The flags of every command that say in which form it prints its answer. */
export const outputFlags = {
  output: Flags.option({
    char: 'o',
    summary: 'The form of the output: table is for people, plain and csv have all columns uncut, ids has only names.',
    options: outputFormats,
    exclusive: others.output,
    helpGroup,
  })(),
  json: Flags.boolean({ summary: 'Short for -o json: print one JSON document.', exclusive: others.json, helpGroup }),
  ndjson: Flags.boolean({
    summary: 'Short for -o ndjson: print one JSON object per line.',
    exclusive: others.ndjson,
    helpGroup,
  }),
  quiet: Flags.boolean({ char: 'q', summary: 'Short for -o ids: print only ids, one per line.', helpGroup }),
  fields: Flags.string({
    summary: 'Print only these fields, such as id,payload.amount, as columns or in the JSON.',
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
  wide: Flags.boolean({ summary: 'Do not cut lines at the width of the terminal.', helpGroup }),
};
