/** The forms in which every command prints its answer. */
export const outputFormats = ['table', 'plain', 'csv', 'json', 'ndjson', 'ids'] as const;

/** One of them. */
export type OutputFormat = (typeof outputFormats)[number];

/** The values of the flags that choose a form. */
export interface FormatValues {
  readonly output?: string | undefined;
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly quiet?: boolean;
}

/** The form that the flags ask for; undefined when they leave it to the command. */
export function formatOf({ output, json, ndjson, quiet }: FormatValues): OutputFormat | undefined {
  if (json) return 'json';
  if (ndjson) return 'ndjson';
  return quiet ? 'ids' : (output as OutputFormat | undefined);
}

/** The form that a command line asks for, read from its raw words: it may be their parsing that fails. */
export function formatOfWords(words: readonly string[]): OutputFormat | undefined {
  const end = words.indexOf('--');
  const flags = end === -1 ? words : words.slice(0, end);
  const named = flags.flatMap((word, i) => {
    if (word === '-o' || word === '--output') return [flags[i + 1]];
    const [, value] = /^(?:-o=?|--output=)(.+)$/s.exec(word) ?? [];
    return value === undefined ? [] : [value];
  });
  const output = outputFormats.find((format) => format === named.at(-1));
  return formatOf({
    output,
    json: flags.includes('--json'),
    ndjson: flags.includes('--ndjson'),
    quiet: flags.includes('-q') || flags.includes('--quiet'),
  });
}

/** Whether errors, and what is told beside the answer, are JSON as well. */
export function isJsonFormat(format: OutputFormat | undefined): boolean {
  return format === 'json' || format === 'ndjson';
}
