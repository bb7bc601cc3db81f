import { shellQuote } from '../../text/shell-quote.ts';

/** The point at which a run that did not reach the end of its input may be continued. */
export interface ResumePoint {
  /** The words after `txlog submit`, as they were given. */
  readonly argv: readonly string[];
  readonly file: string;
  /** The first line without a receipt. */
  readonly line: number;
  /** Whether every request so far had an id of its own: then the whole input may be submitted again. */
  readonly isRepeatable: boolean;
}

/** The command that continues such a run. */
export function resumeCommand({ argv, file, line, isRepeatable }: ResumePoint): string {
  const words = (args: readonly string[]) => ['txlog submit', ...args.map(shellQuote)].join(' ');
  if (isRepeatable) return file === '-' ? `${words(argv)} (with the same input)` : words(argv);
  const fromStdin = words(argv.map((arg) => (arg === file ? '-' : arg)));
  if (file === '-') return `${fromStdin} (with the input from line ${line} on)`;
  const read = file.endsWith('.gz')
    ? `zcat ${shellQuote(file)} | tail -n +${line}`
    : `tail -n +${line} ${shellQuote(file)}`;
  return `${read} | ${fromStdin}`;
}
